import { beforeEach, describe, expect, it } from 'vitest'
import { type Backfill, backfill, surveyBackfill, timeLeftMs } from '../../app/backfill.ts'
import { backfillSubscriber, surveySubscriber } from '../../app/backfill-subscriber.ts'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { startSagasOf } from '../../app/consumers/start-sagas.ts'
import { holdTask } from '../../app/hold-everything.ts'
import { noopObserver } from '../../app/observer.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { pastCausesNoEffect } from '../../proof/check/past-runs.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { Throttle } from '../../proof/throttle.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { parseEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'
import { copiedSystem } from '../reconcile/copied-system.ts'
import { type Call, Crash, type Fault, FaultyStore } from '../relay/faults.ts'
import { eventBatch } from '../relay/fixtures.ts'

/** A subscriber that is newer than all events: it keeps in `Views` which ones it has applied, once each or twice. */
function newcomer(store: Store): Consumer {
  return {
    name: 'newcomer',
    async handle({ tenant, aggregate, seq }) {
      const key = { pk: `TENANT#${tenant}#NEW`, sk: `${aggregate.type}#${aggregate.id}` }
      const before = await store.get({ table: 'Views', key })
      const seqs = [...((before?.seqs as number[]) ?? []), seq]
      const when = before ? ({ attribute: 'count', equals: seqs.length - 1 } as const) : ({ row: 'absent' } as const)
      return [{ kind: 'put', table: 'Views', row: { ...key, seqs, count: seqs.length }, when }]
    },
  }
}

let store: Store
let runtime: ManualRuntime

beforeEach(async () => {
  const healthy = await copiedSystem()
  store = healthy.store
  runtime = runtimeAt(healthy.nowMs + 3_600_000)
})

/** Whose ids nobody else has given away. */
function runtimeAt(nowMs: number): ManualRuntime {
  const later = new ManualRuntime({ nowMs })
  for (let used = 0; used < 10_000; used++) later.newId()
  return later
}

const deps = (on: Store = store) => ({ store: on, runtime, observer: noopObserver })
const feed = (on: Store = store, options = {}) =>
  backfillSubscriber(deps(on), newcomer(on), { chunkSize: 3, ...options })

/** What the newcomer has applied, by aggregate. */
async function applied(): Promise<Record<string, unknown>> {
  const rows = (await allRows(store, 'Views')).filter(({ pk }) => String(pk).endsWith('#NEW'))
  return Object.fromEntries(rows.map(({ pk, sk, seqs }) => [`${pk} ${sk}`, seqs]))
}

/** Every event of every aggregate, in order and once. */
async function past(): Promise<Record<string, number[]>> {
  const all: Record<string, number[]> = {}
  for (const { tenant, aggregate, seq } of (await allRows(store, 'Events')).map(parseEvent)) {
    const name = `TENANT#${tenant}#NEW ${aggregate.type}#${aggregate.id}`
    all[name] = [...(all[name] ?? []), seq]
  }
  return all
}

const noEffect = async () => pastCausesNoEffect.violations(await gatherEvidence(store, runtime.now()))

describe('a subscriber that is added later', () => {
  it('is fed the past of every aggregate, in order and once, and nothing happens outside', async () => {
    const sagas = await allRows(store, 'Sagas')
    const aggregates = Object.keys(await past()).length
    expect(await surveySubscriber(deps(), newcomer(store))).toEqual({
      wanted: aggregates,
      left: aggregates,
      complete: true,
    })
    expect(await feed()).toEqual({ handled: aggregates, failed: 0, left: 0, complete: true })
    expect(await applied()).toEqual(await past())
    expect(await allRows(store, 'Sagas')).toEqual(sagas)
    expect(await noEffect()).toEqual([])
    const entries = (await allRows(store, 'Runs')).filter(({ task }) => task !== holdTask)
    expect(entries.map(({ step, task }) => `${task} ${step}`)).toEqual([
      'subscriber newcomer begun',
      'subscriber newcomer ended',
    ])
  })

  it('lacks nothing and has nothing twice when it receives new events meanwhile', async () => {
    const events = (await allRows(store, 'Events')).map(parseEvent)
    const batch = eventBatch(events.filter((_, index) => index % 3 === 0))
    let isBusy = false
    const beside = new FaultyStore(
      store,
      () => 'none',
      async () => {
        if (isBusy) return
        isBusy = true
        await consumeBatch(deps(), newcomer(store), { Records: batch.Records.splice(0, 2) }, runtime.now() + 10_000)
        isBusy = false
      },
    )
    expect(await feed(beside)).toMatchObject({ left: 0, complete: true })
    expect(await applied()).toEqual(await past())
  })

  it.each<Fault>(['crash-before', 'crash-after'])(
    'ends up the same when the run is killed at every chunk, between effect and position (%s)',
    async (fault) => {
      const wanted = await past()
      const isPosition = ({ method, table }: Call) => method === 'write' && table === 'SweepPositions'
      let kills = 0
      for (let runs = 0; runs < 100; runs++) {
        let positions = 0
        let isDead = false
        // Each run stores one position, and dies at the next.
        const killed = new FaultyStore(store, (call) => {
          if (isDead) return 'crash-before'
          isDead = isPosition(call) && ++positions > 1
          return isDead ? fault : 'none'
        })
        const result = await feed(killed).catch((error) => {
          expect(error).toBeInstanceOf(Crash)
          kills++
          return undefined
        })
        if (result?.complete) break
      }
      await feed()
      expect(kills).toBeGreaterThan(3)
      expect(await applied()).toEqual(wanted)
      expect(await noEffect()).toEqual([])
    },
  )

  it('ends up the same when the run is killed at any call', async () => {
    const wanted = await past()
    let at = 1
    for (let isOver = false; !isOver; at += 7) {
      let calls = 0
      // Nothing takes effect after the kill: only the call that kills may still have done so.
      const killed = new FaultyStore(store, () => {
        if (++calls < at) return 'none'
        return calls === at && at % 2 ? 'crash-after' : 'crash-before'
      })
      isOver = await feed(killed).then(
        () => true,
        () => false,
      )
    }
    expect(at).toBeGreaterThan(50)
    expect(await applied()).toEqual(wanted)
  })

  it('is fed chunk by chunk when each run is stopped after one', async () => {
    const wanted = await past()
    let runs = 0
    for (let complete = false; !complete; runs++) {
      const stop = new AbortController()
      ;({ complete } = await feed(store, { signal: stop.signal, onProgress: () => stop.abort() }))
      expect(runs).toBeLessThan(100)
    }
    expect(runs).toBeGreaterThan(3)
    expect(await applied()).toEqual(wanted)
  })

  it('is blocked where it cannot apply an event, and fed everything else', async () => {
    const poisoned = Object.keys(await past()).find((name) => name.includes('ticket#'))
    const { handle, name } = newcomer(store)
    const picky: Consumer = {
      name,
      async handle(event, options) {
        if (`TENANT#${event.tenant}#NEW ticket#${event.aggregate.id}` === poisoned)
          throw new PoisonEventError('injected')
        return handle(event, options)
      },
    }
    expect(await backfillSubscriber(deps(), picky)).toMatchObject({ failed: 1, left: 1, complete: true })
    expect(Object.keys(await applied())).toHaveLength(Object.keys(await past()).length - 1)
    const checkpoints = (await allRows(store, 'Receipts'))
      .filter(({ consumer }) => consumer === name)
      .map(parseCheckpoint)
    expect(checkpoints.filter(({ blockedAt }) => blockedAt === 1)).toHaveLength(1)
  })

  it('is caught when it has an outside effect', async () => {
    const machines = new MemoryStateMachines()
    const machineArns = { notification: 'n', webhook: 'w', attachment: 'a', removal: 'r' }
    for (const saga of (await allRows(store, 'Sagas')).filter(({ name }) => name === 'notification').slice(0, 2))
      await store.write({ kind: 'delete', table: 'Sagas', key: { pk: String(saga.pk), sk: String(saga.sk) } })
    expect(await noEffect()).toEqual([])
    const talkative: Consumer = {
      name: 'talkative',
      async handle(event, { deadlineMs }) {
        await startSagasOf({ ...deps(), machines, machineArns }, event, deadlineMs)
        return []
      },
    }
    await backfillSubscriber(deps(), talkative)
    expect(machines.started).toHaveLength(2)
    expect(await noEffect()).toHaveLength(2)
  })
})

describe('a backfill', () => {
  const rows = Array.from({ length: 20 }, (_, index) => ({ pk: `TENANT#acme#USER#u${index}`, sk: 'USER', index }))

  async function filled() {
    const filledStore = new MemoryStore()
    for (const row of rows) await filledStore.write({ kind: 'put', table: 'Tickets', row })
    const done = new Set<number>()
    const source: Backfill = {
      name: 'b',
      table: 'Tickets',
      isWanted: ({ index }: Row) => Number(index) % 2 === 0,
      handle: async ({ index }) => void done.add(Number(index)),
      isDone: async ({ index }) => done.has(Number(index)),
    }
    return { done, source, deps: { store: filledStore, runtime: new ManualRuntime(), observer: noopObserver } }
  }

  it('is announced and validated by the same reading, which changes nothing', async () => {
    const { source, deps: on } = await filled()
    expect(await surveyBackfill(on, source, { chunkSize: 3 })).toEqual({ wanted: 10, left: 10, complete: true })
    await backfill(on, source, { chunkSize: 3 })
    expect(await surveyBackfill(on, source)).toEqual({ wanted: 10, left: 0, complete: true })
  })

  it('takes as long as the capacity that it consumes demands', async () => {
    const { source, deps: on } = await filled()
    const throttle = new Throttle(on.runtime, 10)
    const startedAtMs = on.runtime.now()
    await backfill(on, { ...source, handle: async () => throttle.add(5) }, { chunkSize: 4, throttle })
    // All five chunks of four: only the empty page behind the last says that there are no more.
    expect(on.runtime.now() - startedAtMs).toBe(5_000)
  })

  it('tells how much time is left, at its pace so far', () => {
    expect(timeLeftMs({ done: 25, all: 100, elapsedMs: 1_000 })).toBe(3_000)
    expect(timeLeftMs({ done: 120, all: 100, elapsedMs: 1_000 })).toBe(0)
    expect(timeLeftMs({ done: 0, all: 100, elapsedMs: 1_000 })).toBeUndefined()
  })
})
