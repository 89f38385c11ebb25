import { noCheckpoint } from '../proof/mutants/delivery-mutants.ts'
import { scenario } from './runner/scenario.ts'

const tickets = 6

export const relayStopsHalfWay = scenario(
  'relay-stops-half-way',
  'The relay dies in the middle of a batch',
  {
    shows: 'A batch that was half sent is sent again, and still takes effect only once at every subscriber.',
    guard: 'the consumer checkpoint, written in the same transaction as the effect',
    mutant: noCheckpoint,
    invariants: [6, 7, 19],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const relay = '*-relay-outbox'
    await step({ do: `We cut off the relay, and Carla opens ${tickets} tickets.` }, async () => {
      const where = { function: relay, key: `*${tenant}*` }
      await faults.set({ name: 'relay-cut-off', at: 'invocation', where, fault: { do: 'hold' } })
      for (let index = 0; index < tickets; index++)
        await carla.sendUntilAnswered('POST', '/tickets', { title: `Box ${index} is missing`, body: 'Of six.' })
      claim('all events wait in the outbox', (await evidence()).outbox.length, tickets + 1)
    })
    await step(
      {
        do: 'The relay comes back, and dies twice right after a queue has accepted a part of its batch. On top of that, the counting consumer receives every batch twice.',
        shows:
          'The stream delivers the whole batch again, so some events are sent twice. The queues drop some of the copies, but not all. The checkpoints of the consumers catch the rest.',
        without: 'Tickets are counted twice or not at all, and people are notified twice or not at all.',
      },
      async () => {
        await faults.set({
          name: 'killed-mid-batch',
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
        await faults.remove('relay-cut-off')
        await untilIdle()
        await faults.remove('delivered-twice')
        const { fired } = await faults.remove('killed-mid-batch')
        note(`the relay died ${fired} times`)
        const { open } = (await person('ada', 'agent').get('/stats')).body.counts as { open: number }
        claim('six tickets are counted', open, tickets)
        claim('the outbox is empty', (await evidence()).outbox.length, 0)
      },
    )
  },
)
