import { noClockMargin } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

const minuteMs = 60_000
/** So that a key that is made now is nearly a day old for everybody else. */
const nearlyADayMs = (24 * 60 - 5) * minuteMs

export const clockAhead = scenario(
  'clock-ahead',
  'A machine whose clock is wrong takes a key for expired, nearly',
  {
    shows:
      'A request key counts for its full day on every machine, also on one whose clock is minutes ahead of the one that wrote it.',
    guard: 'the margin by which a key outlives its promise, wider than clocks may differ',
    mutant: noClockMargin,
    invariants: [10],
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
        do: 'Carla opens a ticket. Nobody wants to watch for a day, so the clock of the machine that writes it is set back by 23 hours and 55 minutes.',
        shows:
          'AWS refuses its first call, as it refuses any signature that is minutes off; the SDK learns the time from that answer and goes on.',
      },
      async () => {
        const aDayAgo = { do: 'skew-clock', ms: -nearlyADayMs } as const
        await faults.set({ name: 'a-day-ago', at: 'invocation', where, fault: aDayAgo })
        const { status, text } = await send()
        first = text
        await faults.lift('a-day-ago')
        claim('she is answered 201', status, 201)
        const [request] = (await evidence()).requests
        note(`the key says that it was made at ${request?.value.createdAt}`)
      },
    )
    await step(
      {
        do: 'Five minutes before the day is over her phone sends the request three times more. The machines that get it are eight minutes ahead: by their clocks the key is a day and three minutes old.',
        shows: 'It still counts: keys are kept for ten minutes more than the day that was promised.',
        without: 'each of these machines would take the key for expired, and open another ticket.',
      },
      async () => {
        const ahead = { do: 'skew-clock', ms: 8 * minuteMs } as const
        await faults.set({ name: 'clock-ahead', at: 'invocation', where, fault: ahead })
        const copies = await Promise.all([send(), send(), send()])
        await faults.lift('clock-ahead')
        claim(
          'all three are replays of the first answer',
          copies.map(({ replayed, text }) => replayed && text === first),
          [true, true, true],
        )
        await untilIdle()
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
  },
)
