import { noOutboxRow } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const crashAfterCommit = scenario(
  'crash-after-commit',
  'Everything dies between the commit and the first message',
  {
    shows: 'What was committed reaches every subscriber, even when the relay dies each time before it begins.',
    guard: 'the outbox row, written in the same transaction as the ticket',
    mutant: noOutboxRow,
    invariants: [5, 6, 8],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const relay = { function: '*-relay-outbox', key: `*${tenant}*` }
    await step(
      {
        do: 'The relay is cut off, and Carla opens a ticket.',
        shows: 'She is answered at once: the event waits in the outbox, where it was written with the ticket.',
        without: 'a service that commits and then publishes has promised something that only its memory knows of.',
      },
      async () => {
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
        do: 'The relay comes back, and is killed twice as soon as it starts.',
        shows: 'The stream brings the batch again until it was relayed; then the outbox is empty.',
        without: 'the event is gone: no notification, wrong counts, and nobody knows.',
      },
      async () => {
        await faults.set({
          name: 'relay-killed',
          at: 'invocation',
          where: relay,
          fault: { do: 'kill', moment: 'before' },
          times: 2,
        })
        await faults.lift('relay-cut-off')
        await untilIdle()
        await faults.lift('relay-killed')
        claim('nothing waits in the outbox', (await evidence()).outbox.length, 0)
        const { open } = (await person('ada', 'agent').get('/stats')).body.counts as { open: number }
        claim('the ticket is counted once', open, 1)
      },
    )
  },
)
