import { noRequestKey } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const doubleClick = scenario(
  'double-click',
  'Ten equal requests at the same time',
  {
    shows: 'A request that is sent ten times takes effect once, and all ten get the same bytes.',
    guard: 'the request key in the transaction of the effect',
    mutant: noRequestKey,
    invariants: [9, 10],
    targets: 'any',
  },
  async ({ person, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const key = crypto.randomUUID()
    await step(
      {
        do: 'Carla hits Send ten times. Her browser sends ten equal POSTs at once, all with one Idempotency-Key.',
        shows:
          'One of them wrote ticket, event, outbox row and answer in one transaction; the others were answered from the key.',
        without: 'ten tickets, ten numbers for one problem, and ten agents at work.',
      },
      async () => {
        const ticket = { title: 'Printer on fire', body: 'It burns.' }
        const copies = await Promise.all(
          Array.from({ length: 10 }, () => carla.sendUntilAnswered('POST', '/tickets', ticket, key)),
        )
        claim(
          'all ten are answered 201',
          copies.map(({ status }) => status),
          Array(10).fill(201),
        )
        claim('all ten have the same bytes', new Set(copies.map(({ text }) => text)).size, 1)
        claim('nine say that they are replays', copies.filter(({ replayed }) => replayed).length, 9)
      },
    )
    await step({ do: 'Carla looks at her tickets.', shows: 'There is one.' }, async () => {
      const { items } = (await carla.get('/tickets')).body as { items: unknown[] }
      note(`GET /tickets lists ${items.length}`)
      claim('one ticket is listed', items.length, 1)
      await untilIdle()
      claim('one ticket is stored', (await evidence()).tickets.length, 1)
    })
  },
)
