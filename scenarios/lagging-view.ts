import { answerAtOnce } from '../proof/mutants/delivery-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const laggingView = scenario(
  'lagging-view',
  'A read model lags behind',
  {
    shows:
      'A list that is read from the truth has a ticket at once. One that is read from a read model has it later, says that it is stale, and can be asked to wait.',
    guard: 'an answer waits for the write that it was asked to reflect, or is refused',
    mutants: [{ mutant: answerAtOnce, breaks: [31] }],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, untilIdle }) => {
    const ada = person('ada', 'agent')
    const carla = person('carla', 'customer')
    let id = ''
    const itemsOf = ({ body }: { body: Record<string, unknown> }) =>
      (body.items as { id: string }[]).map((item) => item.id)
    const counted = ({ body }: { body: Record<string, unknown> }) => (body.counts as Record<string, number>).open
    const asked = () => `consistentWith="1"&ticket=${id}`
    await step(
      {
        do: 'The consumer that maintains the read models is cut off. Carla opens a ticket, and Ada looks for work.',
        shows:
          'The queue of tickets is an index of the table that the ticket was written to: Ada sees it there at once. The work list and the counts lack it, and say that they are behind.',
        without: 'An agent who trusts an empty list.',
      },
      async () => {
        const consumer = { function: '*-project-views', key: `*${tenant}*` }
        await faults.set({ name: 'views-cut-off', at: 'invocation', where: consumer, fault: { do: 'hold' } })
        const opened = await carla.sendUntilAnswered('POST', '/tickets', { title: 'No water', body: 'Since noon.' })
        id = String(opened.body.id)
        claim('the queue of tickets has it', itemsOf(await ada.get('/tickets')), [id])
        const workList = await ada.get('/work-list')
        claim('the work list lacks it', itemsOf(workList), [])
        claim('the work list says that it is stale', workList.stale, 'behind')
        const stats = await ada.get('/stats')
        claim('it is not counted', counted(stats), 0)
        claim('the counts say that they are stale', stats.stale, 'behind')
      },
    )
    await step(
      {
        do: 'Ada asks for the counts and for the work list again, with the ETag of Carla’s ticket.',
        shows:
          'Both wait three seconds, and then answer 503 with `retryable`: no answer is better than one that lacks what was asked for.',
        without: 'A client that reads its own write in one place and misses it in another.',
      },
      async () => {
        for (const path of ['/stats', '/work-list']) {
          const { status, retryable } = await ada.get(`${path}?${asked()}`)
          claim(`${path} is refused for now`, [status, retryable], [503, true])
        }
      },
    )
    await step(
      {
        do: 'The consumer works again.',
        shows: 'The same requests are answered with the ticket, and nothing is stale any more.',
      },
      async () => {
        await faults.remove('views-cut-off')
        const stats = await ada.get(`/stats?${asked()}`)
        claim('it is counted', counted(stats), 1)
        claim('the work list has it', itemsOf(await ada.get(`/work-list?${asked()}`)), [id])
        await untilIdle()
        claim('the counts are not stale', (await ada.get('/stats')).stale, null)
      },
    )
  },
)
