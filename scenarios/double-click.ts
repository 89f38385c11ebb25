import { noRequestKey, unconditionalRequestKey } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const doubleClick = scenario(
  'double-click',
  'Ten identical requests at the same time',
  {
    shows: 'A request that is sent ten times takes effect once, and all ten copies get the same answer, byte for byte.',
    guard: 'the request key, written in the same transaction as the effect',
    mutants: [
      { mutant: noRequestKey, breaks: [9, 10] },
      { mutant: unconditionalRequestKey, breaks: [9, 10] },
    ],
    targets: 'any',
  },
  async ({ person, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const key = crypto.randomUUID()
    await step(
      {
        do: 'Carla hits Send ten times. Her browser sends ten identical POSTs at once, all with the same Idempotency-Key.',
        shows:
          'One of them wrote the ticket, its event, the outbox row and the answer in one transaction. The other nine were answered from the stored key.',
        without: 'Ten tickets for one problem, and ten agents working on it.',
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
        claim('all ten answers have the same bytes', new Set(copies.map(({ text }) => text)).size, 1)
        claim('nine of them are marked as replays', copies.filter(({ replayed }) => replayed).length, 9)
      },
    )
    await step({ do: 'Carla looks at her tickets.', shows: 'There is exactly one.' }, async () => {
      const { items } = (await carla.get('/tickets')).body as { items: unknown[] }
      note(`GET /tickets lists ${items.length} ticket${items.length === 1 ? '' : 's'}`)
      claim('one ticket is listed', items.length, 1)
      await untilIdle()
      claim('one ticket is stored', (await evidence()).tickets.length, 1)
    })
  },
)
