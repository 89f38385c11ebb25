import { noClockSkewMargin } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

const minuteMs = 60_000
/** A new key from a machine whose clock is this far behind looks almost a day old to every other machine. */
const almostADayMs = (24 * 60 - 5) * minuteMs

export const clockAhead = scenario(
  'clock-ahead',
  'A fast clock makes a valid key look expired',
  {
    shows:
      'A request key is valid for its full 24 hours on every machine, even on one whose clock is minutes ahead of the writer’s.',
    guard: 'the margin by which a key outlives its 24 hours, larger than the difference between clocks',
    mutants: [{ mutant: noClockSkewMargin, breaks: [10] }],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const key = `${tenant}-order-17`
    const where = { function: '*-create-ticket', key: `*${key}*` }
    const send = () => carla.sendUntilAnswered('POST', '/tickets', { title: 'Order 17', body: 'Where is it?' }, key)
    let first = ''
    await step(
      {
        do: 'Carla opens a ticket. Nobody wants to wait a day, so we set the clock of the machine that writes it back by 23 hours and 55 minutes.',
        shows:
          'AWS refuses the first call, as it refuses every signature that is minutes off. The SDK takes the time from that answer, and continues.',
      },
      async () => {
        const aDayBehind = { do: 'skew-clock', ms: -almostADayMs } as const
        await faults.set({ name: 'clock-a-day-behind', at: 'invocation', where, fault: aDayBehind })
        const { status, text } = await send()
        first = text
        await faults.remove('clock-a-day-behind')
        claim('she is answered 201', status, 201)
        const [request] = (await evidence()).requests
        note(`the key is stored with the creation time ${request?.value.createdAt}`)
      },
    )
    await step(
      {
        do: 'Five minutes before its 24 hours are over, her phone sends the request three more times. The machines that receive it are eight minutes ahead: by their clocks the key is three minutes too old.',
        shows: 'The key is still valid: keys are kept ten minutes longer than the API promises.',
        without: 'Each of these machines treats the key as expired, and opens another ticket.',
      },
      async () => {
        const ahead = { do: 'skew-clock', ms: 8 * minuteMs } as const
        await faults.set({ name: 'clock-ahead', at: 'invocation', where, fault: ahead })
        const copies = await Promise.all([send(), send(), send()])
        await faults.remove('clock-ahead')
        claim(
          'all three get the first answer as a replay',
          copies.map(({ replayed, text }) => replayed && text === first),
          [true, true, true],
        )
        await untilIdle()
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
  },
)
