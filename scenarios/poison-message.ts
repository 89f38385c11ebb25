import { poisonIsDropped } from '../proof/mutants/delivery-mutants.ts'
import { checkpointRow } from '../tables/checkpoints.ts'
import { readRow } from '../tables/read-row.ts'
import { statsRow, statsShard } from '../tables/views.ts'
import { queuesOf } from './runner/context/queues.ts'
import { scenario } from './runner/scenario.ts'

export const poisonMessage = scenario(
  'poison-message',
  'One message can never be processed',
  {
    shows:
      'A message that fails each time holds up its own ticket in one consumer, and nothing else; once mended, it catches up.',
    guard: 'the block in the checkpoint, which remembers how far to catch up',
    mutant: poisonIsDropped,
    invariants: [6, 7],
    targets: 'embedded',
  },
  async ({ target, tenant, person, step, claim, until, untilIdle, evidence }) => {
    const ada = person('ada', 'agent')
    const open = async () => {
      const { body } = await ada.sendUntilAnswered('POST', '/tickets', { title: 'A question', body: 'Or two.' })
      return String(body.id)
    }
    const move = (id: string, to: string) =>
      ada.sendUntilAnswered('POST', `/tickets/${id}/transitions`, { to, reason: 'Looking' })
    const checkpointOf = (id: string) =>
      readRow(target.store, checkpointRow('project-views', tenant, { type: 'ticket', id }))
    let poisoned = ''
    let other = ''
    await step({ do: 'Ada opens tickets until there are two that are counted in different rows.' }, async () => {
      poisoned = await open()
      do other = await open()
      while (statsShard(other) === statsShard(poisoned))
      await untilIdle()
    })
    const view = statsRow(tenant, statsShard(poisoned))
    const before = await readRow(target.store, view)
    const setCounts = (counts: unknown) =>
      target.store.write({ kind: 'update', table: view.table, key: view.key, set: { counts } })
    const mend = () => setCounts(before?.counts)
    await step(
      {
        do: 'The row in which a ticket is counted is damaged by hand; then the ticket moves on twice.',
        shows:
          'The consumer marks this ticket as blocked, and acknowledges what comes after, so that its queue does not fill up.',
        without: 'the message comes again for ever with everything behind it waiting, or is thrown away in silence.',
      },
      async () => {
        await setCounts('damaged')
        for (const to of ['in_progress', 'resolved']) await move(poisoned, to)
        const mark = await until(
          'the block',
          () => checkpointOf(poisoned),
          (checkpoint) => checkpoint?.blockedAt !== undefined,
        ).catch(async (error) => {
          // Without a block nobody is called who would redrive; the damage was our own, so it does not stay.
          await mend()
          throw error
        })
        claim('the ticket is blocked at its second event', mark?.blockedAt, 2)
      },
    )
    await step(
      { do: 'Another ticket, counted elsewhere, moves on meanwhile.', shows: 'It is applied as ever.' },
      async () => {
        await move(other, 'in_progress')
        const mark = await until(
          'the other ticket',
          () => checkpointOf(other),
          (checkpoint) => checkpoint?.appliedSeq === 2,
        )
        claim('the other ticket is not blocked', mark?.blockedAt ?? null, null)
      },
    )
    await step(
      {
        do: 'An operator mends the row, and redrives the messages of the ticket.',
        shows: 'The consumer applies what it missed, in order, and the block is gone.',
        without: 'the ticket would have to be mended by hand, event by event.',
      },
      async () => {
        await mend()
        const history = [...(await evidence()).events.values()].flat()
        const url = target.outputs.ProjectViewsQueueUrl ?? ''
        for (const event of history.filter(({ aggregate, seq }) => aggregate.id === poisoned && seq > 1))
          await queuesOf(target).send(url, JSON.stringify(event), { group: 'redrive', id: crypto.randomUUID() })
        await untilIdle()
        claim('nothing is blocked', (await checkpointOf(poisoned))?.blockedAt ?? null, null)
        const { resolved } = (await ada.get('/stats')).body.counts as { resolved: number }
        claim('the ticket is counted where it is now', resolved, 1)
      },
    )
  },
)
