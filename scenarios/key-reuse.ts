import { fingerprintWithoutActor, noFingerprintCheck } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const keyReuse = scenario(
  'key-reuse',
  'One key, two different requests',
  {
    shows: 'A key stands for one request. Another payload with the same key is refused, and changes nothing.',
    guard: 'the fingerprint of path, actor and payload, stored with the key',
    mutants: [
      { mutant: noFingerprintCheck, breaks: [11] },
      { mutant: fingerprintWithoutActor, breaks: [11] },
    ],
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
        do: 'A bug in her client sends a different ticket with the same key.',
        shows: 'The API refuses it with 422, before anything is written.',
        without: 'She gets the answer to her first ticket, and the second one disappears without an error.',
      },
      async () => {
        const { status } = await carla.send('POST', '/tickets', { ...ticket, body: 'Order 18.' }, key)
        claim('another payload with this key is refused with 422', status, 422)
        const other = await person('bob', 'customer').send('POST', '/tickets', ticket, key)
        claim('so is the same payload from another person', other.status, 422)
      },
    )
    await step(
      { do: 'Her client sends the first request again.', shows: 'It still gets its first answer.' },
      async () => {
        const again = await carla.sendUntilAnswered('POST', '/tickets', ticket, key)
        claim('the first request still gets its first answer', [again.replayed, again.text === first], [true, true])
        await untilIdle()
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
  },
)
