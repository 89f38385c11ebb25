import { noOutboxRow } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const crashAfterCommit = scenario(
  'crash-after-commit',
  'A crash between the commit and the first message',
  {
    shows: 'A committed event reaches every subscriber, even when the relay keeps dying before it sends anything.',
    guard: 'the outbox row, written in the same transaction as the ticket',
    mutants: [{ mutant: noOutboxRow, breaks: [6] }],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    // Its batch in the stream, also when her registration is in it.
    const relay = { function: '*-relay-outbox', key: [`*${tenant}*`, 'ticket.opened'] }
    const killed = { do: 'kill', moment: 'before' } as const
    await step(
      {
        do: 'Carla opens a ticket. The relay is killed twice as soon as it starts, and hangs when it starts again.',
        shows:
          'She gets her answer at once. The event waits in the outbox, where it was written together with the ticket.',
        without: 'A service that commits and then publishes has the event in memory only, and a crash erases it.',
      },
      async () => {
        await faults.set({ name: 'relay-killed', at: 'invocation', where: relay, fault: killed, times: 2 })
        await faults.set({ name: 'relay-cut-off', at: 'invocation', where: relay, fault: { do: 'hold' } })
        const { status } = await carla.sendUntilAnswered('POST', '/tickets', {
          title: 'No water',
          body: 'Since this morning.',
        })
        claim('Carla is answered 201', status, 201)
        claim(
          'her event waits in the outbox',
          (await evidence()).outbox.some(({ value }) => value.type === 'ticket.opened'),
        )
      },
    )
    await step(
      {
        do: 'The relay comes back.',
        shows: 'The stream delivers the batch again until it has been relayed. Then the outbox is empty.',
        without: 'The event is gone: no notification, wrong counts, and no error anywhere.',
      },
      async () => {
        await until(
          'the third start of the relay',
          () => faults.firedCount('relay-cut-off'),
          (count) => count > 0,
        )
        await faults.remove('relay-cut-off')
        await untilIdle()
        await faults.remove('relay-killed')
        claim('the outbox is empty', (await evidence()).outbox.length, 0)
        const { open } = (await person('ada', 'agent').get('/stats')).body.counts as { open: number }
        claim('the ticket is counted once', open, 1)
      },
    )
  },
)
