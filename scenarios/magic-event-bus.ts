import { fireAndForget, noSweeper } from '../proof/mutants/delivery-mutants.ts'
import { queueClient } from './runner/context/queue-client.ts'
import { invokeNow } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

const tickets = 10

export const magicEventBus = scenario(
  'magic-event-bus',
  'Save, then publish: the bus that never fails, until it does',
  {
    shows:
      'A service that saves and then publishes loses events forever when the bus fails. With an outbox they are only late.',
    guard:
      'the outbox: ticket and event are written in one transaction, and a sweeper publishes what the relay has not',
    mutants: [
      { mutant: fireAndForget, breaks: [6] },
      { mutant: noSweeper, breaks: [6] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) => {
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
    const counted = async () => ((await person('ada', 'agent').get('/stats')).body.counts as { open: number }).open
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
        claim('Steadfast lost none: ten tickets are counted', await counted(), tickets)
      },
    )
    await step(
      {
        do: 'Carla opens an eleventh ticket. The stream loses its event, so the relay never sees it. Then the sweeper comes, with a clock that is more than a minute ahead, as it leaves younger rows to the relay.',
        shows: 'The event is still in the outbox, and the sweeper publishes it.',
        without: 'What the relay has missed once, nobody ever sends.',
      },
      async () => {
        const relay = { function: '*-relay-outbox', key: `*${tenant}*` }
        await faults.set({ name: 'stream-loses', at: 'invocation', where: relay, fault: { do: 'lose' } })
        await carla.sendUntilAnswered('POST', '/tickets', { title: 'Ticket 11', body: 'The last one.' })
        await until(
          'the loss',
          () => faults.firedCount('stream-loses'),
          (count) => count > 0,
        )
        await faults.remove('stream-loses')
        claim('the event waits in the outbox', (await evidence()).outbox.length, 1)
        const aheadOfRelay = { do: 'skew-clock', ms: 70_000 } as const
        const sweeper = { function: '*-sweep-outbox' }
        await faults.set({ name: 'clock-ahead', at: 'invocation', where: sweeper, fault: aheadOfRelay })
        await invokeNow(target, target.outputs.SweepOutboxFunction)
        await faults.remove('clock-ahead')
        await untilIdle()
        claim('eleven tickets are counted', await counted(), tickets + 1)
      },
    )
  },
)
