import { noSequenceCheck } from '../proof/mutants/delivery-mutants.ts'
import { checkpointRow } from '../tables/checkpoints.ts'
import { readRow } from '../tables/read-row.ts'
import { queuesOf } from './runner/context/queues.ts'
import { scenario } from './runner/scenario.ts'

export const eventsOutOfOrder = scenario(
  'events-out-of-order',
  'A user is updated before it was created',
  {
    shows: 'Consumers apply events in order and once, in whatever order and however often the wire brings them.',
    guard: "each consumer's high-water mark, and reading what it missed from the log",
    mutant: noSequenceCheck,
    invariants: [6, 7],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) => {
    const admin = person('root', 'admin')
    const carla = person('carla', 'customer')
    await step(
      {
        do: 'The relay is cut off. Carla is created and changes what she wants to be told; she opens a ticket, and an agent takes it up and waits for her.',
        shows: 'All events wait in the outbox.',
      },
      async () => {
        const relay = { function: '*-relay-outbox', key: `*${tenant}*` }
        await faults.set({ name: 'relay-cut-off', at: 'invocation', where: relay, fault: { do: 'hold' } })
        await admin.sendUntilAnswered('POST', '/users', {
          id: 'carla',
          role: 'customer',
          email: `carla@${tenant}.example.com`,
        })
        await carla.sendUntilAnswered('PUT', '/users/me/preferences', { channels: { inApp: true, email: false } })
        const { body } = await carla.sendUntilAnswered('POST', '/tickets', {
          title: 'Wrong colour',
          body: 'I ordered blue.',
        })
        for (const to of ['in_progress', 'waiting_for_customer'])
          await admin.sendUntilAnswered('POST', `/tickets/${body.id}/transitions`, { to, reason: 'Looking into it' })
        const types = (await evidence()).outbox.map(({ value }) => value.type)
        claim('her creation and her change both wait', [types.includes('user.created'), types.length], [true, 6])
      },
    )
    await step(
      {
        do: 'Somebody brings the events to the counting consumer by hand, the last ones first.',
        shows:
          'At the first message of each the consumer sees that it missed some, reads them from the log, and applies all in order; what comes afterwards it has already.',
        without: 'a ticket that leaves a status which it never entered: counts below zero, or an update of nobody.',
      },
      async () => {
        const queues = queuesOf(target)
        const waiting = (await evidence()).outbox.map(({ value }) => value)
        const url = target.outputs.ProjectViewsQueueUrl ?? ''
        const backwards = waiting.toSorted((a, b) => b.seq - a.seq)
        // A lane of their own keeps the queue from bringing them in order, an id of their own from dropping the relay's copies later.
        for (const event of backwards)
          await queues.send(url, JSON.stringify(event), { group: `by-hand-${event.seq}`, id: `by-hand-${event.id}` })
        note(`brought in this order: ${backwards.map(({ type, seq }) => `${type} (${seq})`).join(', ')}`)
        for (const { aggregate } of backwards) {
          const last = Math.max(...backwards.filter((one) => one.aggregate.id === aggregate.id).map(({ seq }) => seq))
          const checkpoint = () => readRow(target.store, checkpointRow('project-views', tenant, aggregate))
          await until('the checkpoints', checkpoint, (found) => (found?.appliedSeq ?? 0) >= last)
        }
        const counts = (await admin.get('/stats')).body.counts as Record<string, number>
        claim(
          'the ticket is counted where it is now',
          [counts.open, counts.in_progress, counts.waiting_for_customer],
          [0, 0, 1],
        )
      },
    )
    await step(
      {
        do: 'The relay comes back, and brings every event once more.',
        shows: 'Each is told from the checkpoint to have had its effect.',
        without: 'the ticket would be counted a second time.',
      },
      async () => {
        await faults.lift('relay-cut-off')
        await untilIdle()
        const counts = (await admin.get('/stats')).body.counts as Record<string, number>
        claim('the counts are as before', [counts.open, counts.in_progress, counts.waiting_for_customer], [0, 0, 1])
      },
    )
  },
)
