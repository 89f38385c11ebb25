import { noCheckpoint, randomSagaId } from '../proof/mutants/delivery-mutants.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { scenario } from './runner/scenario.ts'

const tickets = 6

export const relayStopsHalfWay = scenario(
  'relay-stops-half-way',
  'The relay dies in the middle of a batch',
  {
    shows: 'A batch that was half sent is sent again, and still takes effect only once at every subscriber.',
    guard:
      'the consumer checkpoint, written in the same transaction as the effect, and a saga’s id, derived from its event',
    mutants: [
      { mutant: noCheckpoint, breaks: [7] },
      { mutant: randomSagaId, breaks: [19, 22] },
    ],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const ada = person('ada', 'agent')
    const relay = '*-relay-outbox'
    await step({ do: `We cut off the relay. Carla opens ${tickets} tickets, and Ada answers the first.` }, async () => {
      const where = { function: relay, key: `*${tenant}*` }
      await faults.set({ name: 'relay-cut-off', at: 'invocation', where, fault: { do: 'hold' } })
      const ids: unknown[] = []
      for (let index = 0; index < tickets; index++) {
        const ticket = { title: `Box ${index} is missing`, body: 'Of six.' }
        ids.push((await carla.sendUntilAnswered('POST', '/tickets', ticket)).body.id)
      }
      await ada.sendUntilAnswered('POST', `/tickets/${ids[0]}/comments`, { body: 'It is on its way.' })
      claim('all events wait in the outbox', (await evidence()).outbox.length, tickets + 3)
    })
    await step(
      {
        do: 'The relay comes back, and dies twice right after a queue has accepted a part of its batch. On top of that, the consumers that count tickets and start notifications receive every batch twice.',
        shows:
          'The stream delivers the whole batch again, so some events are sent twice. The queues drop some of the copies, but not all. The checkpoints of the consumers catch the rest, and a notification that exists is not started again.',
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
        const consumers = ['project-views', 'start-saga']
        for (const consumer of consumers)
          await faults.set({
            name: `${consumer}-twice`,
            at: 'invocation',
            where: { function: `*-${consumer}`, key: `*${tenant}*` },
            fault: { do: 'repeat' },
          })
        await faults.remove('relay-cut-off')
        await untilIdle()
        for (const consumer of consumers) await faults.remove(`${consumer}-twice`)
        const { fired } = await faults.remove('killed-mid-batch')
        note(`the relay died ${fired} times`)
        const { open } = (await ada.get('/stats')).body.counts as { open: number }
        claim('six tickets are counted', open, tickets)
        claim('the outbox is empty', (await evidence()).outbox.length, 0)
        claim('Carla has one notice', await countNotices(carla), 1)
      },
    )
  },
)
