import { fireAndForget } from '../proof/mutants/delivery-mutants.ts'
import { queueClient } from './runner/context/queue-client.ts'
import { scenario } from './runner/scenario.ts'

const tickets = 10

export const magicEventBus = scenario(
  'magic-event-bus',
  'Save, then publish: the bus that never fails, until it does',
  {
    shows:
      'A service that saves and then publishes loses events forever when the bus fails. With an outbox they are only late.',
    guard: 'the outbox: ticket and event are written in one transaction',
    mutant: fireAndForget,
    invariants: [6, 8],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, untilIdle }) => {
    const queues = queueClient(target)
    await step(
      {
        do: 'A naive service, built only for this scenario, saves ten tickets and publishes an event for each. The queue refuses every third message.',
        shows: 'Ten tickets are saved, but three of their events were never published.',
        without:
          'The team calls the bus reliable, logs a warning, and finds out months later that its numbers are wrong.',
      },
      async () => {
        const saved: string[] = []
        await queues.withTemporaryQueue(`${tenant}-bus`, async (url) => {
          const where = { service: 'sqs', operation: 'SendMessage', resource: `${tenant}-bus` }
          for (const number of [3, 6, 9]) {
            const key = `*"ticket-${number}"*`
            await faults.set({
              name: `bus-down-${number}`,
              at: 'call',
              where: { ...where, key },
              fault: { do: 'throttle' },
            })
          }
          const publish = (id: string) => queues.send(url, JSON.stringify({ tenant, type: 'ticket.opened', id }))
          for (let index = 1; index <= tickets; index++) {
            saved.push(`ticket-${index}`)
            // The mistake: if this fails, or the process dies here, the ticket is saved and nothing remembers its event.
            await publish(`ticket-${index}`).catch(() => {})
          }
          await faults.removeAll()
          const published = await queues.drain(url)
          note(`${saved.length} tickets saved, ${published.length} events published`)
          claim('the naive service saved ten tickets', saved.length, tickets)
          claim('and lost three events forever', published.length, tickets - 3)
        })
      },
    )
    const carla = person('carla', 'customer')
    await step(
      {
        do: 'Steadfast opens ten tickets while the queue of its counting consumer refuses two batches in the same way.',
        shows: 'Every event stays in the outbox until every queue has accepted it.',
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
        await faults.remove('queue-down')
        const { open } = (await person('ada', 'agent').get('/stats')).body.counts as { open: number }
        claim('Steadfast lost none: ten tickets are counted', open, tickets)
      },
    )
  },
)
