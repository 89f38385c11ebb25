import { describe, expect, it } from 'vitest'
import { noopObserver as observer } from '../../app/observer.ts'
import { clockSkewMsMax, elapsedMs, hasPassed } from '../../domain/clock.ts'
import { reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { sweepCopies } from '../../functions/sweep-copies/sweep-copies.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { sweepUploads } from '../../functions/sweep-uploads/sweep-uploads.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { putIntoOutbox } from '../../tables/outbox.ts'
import { createSaga } from '../../tables/sagas.ts'
import { CountingObserver, event } from '../relay/fixtures.ts'

const now = Date.parse('2026-03-01T12:00:00.000Z')
const nextYear = '2027-03-01T12:00:00.000Z'

describe('a stored time', () => {
  it.each([
    ['an hour ago', -3_600_000, 3_600_000],
    ['ahead by no more than clocks differ', clockSkewMsMax, 0],
    ['further ahead than any clock is', clockSkewMsMax + 1, Number.POSITIVE_INFINITY],
  ])('%s counts as what it can be', (_, offsetMs, expected) => {
    expect(elapsedMs(now + offsetMs, now)).toBe(expected)
    expect(elapsedMs(new Date(now + offsetMs).toISOString(), now)).toBe(expected)
  })
})

describe('a stored deadline', () => {
  it.each([
    ['that lies ahead has not passed', 3_600_000, false],
    ['that lies behind has passed', -1, true],
    ['further ahead than it was set and clocks differ has passed', 3_600_000 + clockSkewMsMax + 1, true],
  ])('%s', (_, offsetMs, expected) => {
    expect(hasPassed(new Date(now + offsetMs).toISOString(), 3_600_000, now)).toBe(expected)
  })
})

describe('one write from a clock that is a year ahead', () => {
  const runtime = new ManualRuntime({ nowMs: now })
  const deadlineMs = now + 60_000

  it('does not hide its event from the sweeper, nor tell an age', async () => {
    const store = new MemoryStore()
    await store.write(putIntoOutbox(event('t1', 1, undefined, { recordedAt: nextYear })))
    const counting = new CountingObserver()
    const deps = {
      store,
      runtime,
      queue: new MemoryQueue(runtime.now),
      observer: counting,
      subscribers: { views: 'views' },
    }
    expect(await sweepOutbox(deps, deadlineMs)).toMatchObject({ stuck: 1, published: 1, oldestAgeSeconds: 0 })
    expect(counting.counts.OutboxOldestRowAge).toBe(0)
  })

  it('does not hide its saga from the reconciler', async () => {
    const store = new MemoryStore()
    await store.write(
      createSaga({
        id: 's1',
        tenant: 'acme',
        name: 'notification',
        definition: 'd1',
        input: {},
        aggregate: { type: 'ticket', id: 't1' },
        eventId: 'e1',
        correlationId: 'c1',
        startedAt: nextYear,
      }),
    )
    const machines = new MemoryStateMachines()
    const deployedMachine = () => ({ machineArn: 'arn', definition: 'd1' })
    const deps = { store, runtime, machines, callbacks: new MemoryCallbacks(), deployedMachine, observer }
    expect(await reconcileSagas(deps, deadlineMs)).toMatchObject({ asked: 1, started: 1 })
  })

  it('does not hide an upload or a late copy from their sweepers', async () => {
    const objects = new MemoryObjectStore(() => Date.parse(nextYear))
    objects.put('quarantine/acme/t1/a1', Buffer.from(''))
    const store = new MemoryStore()
    const deps = { store, runtime, objects, observer, callbacks: new MemoryCallbacks() }
    expect(await sweepUploads(deps, deadlineMs)).toMatchObject({ removed: 1 })
    objects.put('clean/acme/t1/a1', Buffer.from(''))
    expect(await sweepCopies(deps, deadlineMs)).toMatchObject({ 'unknown-key': 1 })
  })
})
