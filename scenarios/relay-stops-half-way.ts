import { noCheckpoint } from '../proof/mutants/delivery-mutants.ts'
import { scenario } from './runner/scenario.ts'

const tickets = 6

export const relayStopsHalfWay = scenario(
  'relay-stops-half-way',
  'The relay dies in the middle of a batch',
  {
    shows: 'A batch that was half sent is sent again, and still takes effect once at every subscriber.',
    guard: "the consumers' checkpoints, written in one transaction with their effect",
    mutant: noCheckpoint,
    invariants: [6, 7, 19],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const relay = '*-relay-outbox'
    await step({ do: `The relay is cut off, and Carla opens ${tickets} tickets.` }, async () => {
      const where = { function: relay, key: `*${tenant}*` }
      await faults.set({ name: 'relay-cut-off', at: 'invocation', where, fault: { do: 'hold' } })
      for (let index = 0; index < tickets; index++)
        await carla.sendUntilAnswered('POST', '/tickets', { title: `Box ${index} is missing`, body: 'Of six.' })
      claim('all events wait in the outbox', (await evidence()).outbox.length, tickets + 1)
    })
    await step(
      {
        do: 'It comes back, and dies twice right after a queue has taken a part of its batch. What reaches the counting consumer is brought to it twice, too.',
        shows:
          'The stream brings the whole batch again: what was sent is sent twice. A queue tells some copies, not all; each subscriber takes each event once, by its checkpoints.',
        without: 'tickets are counted twice or never, people are told twice or never.',
      },
      async () => {
        await faults.set({
          name: 'death-in-the-middle',
          at: 'call',
          where: { service: 'sqs', operation: 'SendMessageBatch', function: relay, key: `*${tenant}*` },
          fault: { do: 'kill', moment: 'after' },
          from: 4,
          times: 2,
        })
        await faults.set({
          name: 'delivered-twice',
          at: 'invocation',
          where: { function: '*-project-views', key: `*${tenant}*` },
          fault: { do: 'repeat' },
        })
        await faults.lift('relay-cut-off')
        await untilIdle()
        await faults.lift('delivered-twice')
        const { fired } = await faults.lift('death-in-the-middle')
        note(`the relay died ${fired} times`)
        const { open } = (await person('ada', 'agent').get('/stats')).body.counts as { open: number }
        claim('six tickets are counted', open, tickets)
        claim('nothing waits in the outbox', (await evidence()).outbox.length, 0)
      },
    )
  },
)
