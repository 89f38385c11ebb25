import { sendAndForget } from '../proof/mutants/delivery-mutants.ts'
import { queuesOf } from './runner/context/queues.ts'
import { scenario } from './runner/scenario.ts'

const tickets = 10

export const magicEventBus = scenario(
  'magic-event-bus',
  'Save, then publish: the bus that never fails, until it does',
  {
    shows:
      'A service that saves and then publishes loses events for good when the bus fails; one with an outbox is only late.',
    guard: 'the outbox: event and ticket are one transaction',
    mutant: sendAndForget,
    invariants: [6, 8],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, untilIdle }) => {
    const queues = queuesOf(target)
    await step(
      {
        do: 'A naive service, built only for this scenario, saves ten tickets and publishes each to a queue. The queue refuses every third message.',
        shows: 'Ten tickets are saved, and three of their events never existed.',
        without:
          'its authors call the bus reliable, log a warning, and find out months later that their counts are wrong.',
      },
      async () => {
        const saved: string[] = []
        await queues.withTemporaryQueue(`${tenant}-bus`, async (url) => {
          const where = { service: 'sqs', operation: 'SendMessage', resource: `${tenant}-bus` }
          for (const each of [3, 6, 9]) {
            const key = `*"ticket-${each}"*`
            await faults.set({
              name: `bus-down-${each}`,
              at: 'call',
              where: { ...where, key },
              fault: { do: 'throttle' },
            })
          }
          const publish = (id: string) => queues.send(url, JSON.stringify({ tenant, type: 'ticket.opened', id }))
          for (let index = 1; index <= tickets; index++) {
            saved.push(`ticket-${index}`)
            // The whole mistake: what was saved is not told to anybody when this fails, or when the process dies here.
            await publish(`ticket-${index}`).catch(() => {})
          }
          await faults.liftAll()
          const told = await queues.drain(url)
          note(`${saved.length} tickets saved, ${told.length} events published`)
          claim('the naive service has saved ten tickets', saved.length, tickets)
          claim('and lost three events for good', told.length, tickets - 3)
        })
      },
    )
    const carla = person('carla', 'customer')
    await step(
      {
        do: 'Steadfast gets ten tickets while the queue of its counting consumer refuses two batches in the same way.',
        shows: 'Each event stays in the outbox until every queue has taken it.',
      },
      async () => {
        const where = {
          service: 'sqs',
          operation: 'SendMessageBatch',
          resource: '*-project-views*',
          key: `*${tenant}*`,
        }
        await faults.set({ name: 'queue-down', at: 'call', where, fault: { do: 'throttle' }, from: 2, times: 2 })
        for (let index = 1; index <= tickets; index++)
          await carla.sendUntilAnswered('POST', '/tickets', { title: `Ticket ${index}`, body: 'Of ten.' })
        await untilIdle()
        await faults.lift('queue-down')
        const { open } = (await person('ada', 'agent').get('/stats')).body.counts as { open: number }
        claim('Steadfast has lost none: ten tickets are counted', open, tickets)
      },
    )
  },
)
