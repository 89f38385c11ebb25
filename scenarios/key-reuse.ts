import { noFingerprint } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const keyReuse = scenario(
  'key-reuse',
  'One key, two different requests',
  {
    shows: 'A key stands for one request: another payload under it is refused and changes nothing.',
    guard: 'the fingerprint of path, actor and payload beside the key',
    mutant: noFingerprint,
    invariants: [11, 12],
    targets: 'any',
  },
  async ({ person, step, claim, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const key = crypto.randomUUID()
    const ticket = { title: 'Refund, please', body: 'Order 17.' }
    let first = ''
    await step({ do: 'Carla opens a ticket.' }, async () => {
      first = (await carla.sendUntilAnswered('POST', '/tickets', ticket, key)).text
    })
    await step(
      {
        do: 'A bug in her client sends another ticket under the same key.',
        shows: 'It is refused with 422 before anything is written.',
        without: 'she would get the answer of the first ticket, and the second would be gone without a word.',
      },
      async () => {
        const { status } = await carla.send('POST', '/tickets', { ...ticket, body: 'Order 18.' }, key)
        claim('another payload under the key is refused with 422', status, 422)
        const other = await person('bob', 'customer').send('POST', '/tickets', ticket, key)
        claim('and so is another person with the same payload', other.status, 422)
      },
    )
    await step({ do: 'The first request is sent once more.', shows: 'It is still answered as before.' }, async () => {
      const again = await carla.sendUntilAnswered('POST', '/tickets', ticket, key)
      claim('the first request still gets its first answer', [again.replayed, again.text === first], [true, true])
      await untilIdle()
      claim('one ticket is stored', (await evidence()).tickets.length, 1)
    })
  },
)
