import { trustDeliveryOrder } from '../proof/mutants/delivery-mutants.ts'
import { checkpointRow } from '../tables/checkpoints.ts'
import { readRow } from '../tables/read-row.ts'
import { queueClient } from './runner/context/queue-client.ts'
import { scenario } from './runner/scenario.ts'

export const eventsOutOfOrder = scenario(
  'events-out-of-order',
  'A user is updated before it is created',
  {
    shows:
      'Consumers apply events in order and exactly once, in whatever order and however often the queue delivers them.',
    guard: 'the consumer checkpoint, and reading missed events from the log',
    mutants: [{ mutant: trustDeliveryOrder, breaks: [7] }],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) => {
    const admin = person('root', 'admin')
    const carla = person('carla', 'customer')
    await step(
      {
        do: 'We cut off the relay. Carla’s user is created, and she turns off e-mail. She opens a ticket; an admin starts work on it, and then waits for her reply.',
        shows: 'All their events wait in the outbox.',
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
        claim(
          'six events wait, the creation of her user among them',
          [types.includes('user.created'), types.length],
          [true, 6],
        )
      },
    )
    await step(
      {
        do: 'We deliver the events to the counting consumer ourselves, the latest first.',
        shows:
          'The first message about the user or the ticket shows the consumer that it missed some. It reads them from the log and applies all in order; whatever arrives later it already has.',
        without:
          'A ticket leaves a status that it never entered, and a count drops below zero. Or an update finds no user.',
      },
      async () => {
        const queues = queueClient(target)
        const waiting = (await evidence()).outbox.map(({ value }) => value)
        const url = target.outputs.ProjectViewsQueueUrl ?? ''
        const latestFirst = waiting.toSorted((a, b) => b.seq - a.seq)
        // With a message group of its own, the queue does not restore the order; with a deduplication id of its own, the queue does not
        // drop the relay's copy later.
        for (const event of latestFirst)
          await queues.send(url, JSON.stringify(event), { group: `manual-${event.seq}`, id: `manual-${event.id}` })
        note(`delivered in this order: ${latestFirst.map(({ type, seq }) => `${type} (${seq})`).join(', ')}`)
        for (const { aggregate } of latestFirst) {
          const last = Math.max(
            ...latestFirst.filter((event) => event.aggregate.id === aggregate.id).map(({ seq }) => seq),
          )
          const checkpoint = () => readRow(target.store, checkpointRow('project-views', tenant, aggregate))
          await until('the checkpoints', checkpoint, (stored) => (stored?.appliedSeq ?? 0) >= last)
        }
        const counts = (await admin.get('/stats')).body.counts as Record<string, number>
        claim(
          'the ticket is counted in its current status',
          [counts.open, counts.in_progress, counts.waiting_for_customer],
          [0, 0, 1],
        )
      },
    )
    await step(
      {
        do: 'The relay comes back, and delivers every event again.',
        shows: 'The checkpoints show that every event has already been applied.',
        without: 'The ticket is counted a second time.',
      },
      async () => {
        await faults.remove('relay-cut-off')
        await untilIdle()
        const counts = (await admin.get('/stats')).body.counts as Record<string, number>
        claim('the counts have not changed', [counts.open, counts.in_progress, counts.waiting_for_customer], [0, 0, 1])
      },
    )
  },
)
