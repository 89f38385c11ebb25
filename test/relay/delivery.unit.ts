import { describe, expect, it } from 'vitest'
import { projectStats, type TicketStats } from '../../domain/ticket-stats.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import type { Row } from '../../tables/store.ts'
import { toStatsRow, viewShard } from '../../tables/views.ts'
import { seed as firstSeed } from '../fixtures/sample.ts'
import { recorded } from './recorder.ts'
import { Schedule } from './schedule.ts'

const seedCount = 100
const seeds = Array.from({ length: seedCount }, (_, index) => firstSeed + index)

describe(`events delivered under faults (${seedCount} schedules from SEED=${firstSeed} on)`, () => {
  it('reach every subscriber, exactly once in effect and in order, and leave nothing behind', async () => {
    const happened: Record<string, number> = {}
    for (const seed of seeds) {
      const schedule = new Schedule(seed)
      await schedule.run(200)
      await schedule.end()
      await expectAllDelivered(schedule, `seed ${seed}`)
      for (const [what, times] of Object.entries({ ...schedule.happened, ...schedule.observer.counts }))
        happened[what] = (happened[what] ?? 0) + times
    }
    expectFaults(happened)
  })

  it('are delivered in the same way for the same seed', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const schedule = new Schedule(firstSeed)
        await schedule.run(100)
        await schedule.end()
        return [schedule.events, schedule.sent, schedule.happened, schedule.observer.counts]
      }),
    )
    expect(runs[0]).toEqual(runs[1])
  })
})

async function expectAllDelivered(schedule: Schedule, seed: string): Promise<void> {
  const { store, events, sent } = schedule
  expect(schedule.left(), `${seed}: messages left`).toBe(0)
  expect((await store.scan({ table: 'Outbox' })).rows, `${seed}: outbox`).toEqual([])
  const checkpoints = (await store.scan({ table: 'Receipts' })).rows.map(parseCheckpoint)
  expect(
    checkpoints.filter(({ blockedAt }) => blockedAt !== undefined),
    `${seed}: blocked`,
  ).toEqual([])
  const rebuilt = new Map<string, Row>()
  const counts = new Map<string, TicketStats>()
  for (const [key, aggregate] of Map.groupBy(events, ({ tenant, aggregate: { id } }) => `${tenant}/${id}`)) {
    const [tenant = '', id = ''] = key.split('/')
    const applied = await recorded(store, tenant, id)
    expect(applied, `${seed}: applied of ${key}`).toEqual(aggregate.map(({ seq }) => seq))
    const shard = viewShard(id)
    for (const event of aggregate) {
      const stats = projectStats(counts.get(`${tenant}/${shard}`), event)
      counts.set(`${tenant}/${shard}`, stats)
      rebuilt.set(`${tenant}/${shard}`, toStatsRow(tenant, shard, stats))
    }
  }
  const live = (await store.scan({ table: 'Views' })).rows.filter(({ sk }) => String(sk).startsWith('SHARD#'))
  const asText = (rows: Iterable<Row>) => [...rows].map((row) => JSON.stringify(row)).toSorted()
  expect(asText(live), `${seed}: rebuilt view`).toEqual(asText(rebuilt.values()))
  for (const { messages } of sent)
    expect(new Set(messages.map(({ groupId }) => groupId)).size, `${seed}: one of an aggregate a call`).toBe(
      messages.length,
    )
}

/** Runs without faults prove nothing: every kind of fault must have happened. */
function expectFaults(happened: Record<string, number>): void {
  const expected = [
    'recordsMissedByStream',
    'rowsSwept',
    'relayCrashes',
    'copiesAtOnce',
    'deadLettersRedriven',
    'DuplicatesSkipped',
    'MissedEventsRead',
    'ConsumerWritesRepeated',
    'AggregatesBlocked',
    'AggregatesUnblocked',
    'MessagesBlocked',
    'MessagesRefused',
    'MessagesFailed',
    'EventsLeftToSweeper',
  ]
  expect(expected.filter((what) => !happened[what])).toEqual([])
}
