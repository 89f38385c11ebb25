import { beforeAll, describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import { type Evidence, gatherEvidence } from '../../proof/check/evidence.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import type { Store } from '../../tables/store.ts'
import { allRows, copyOf } from '../fixtures/dump.ts'
import { corruptions } from './corruptions/all.ts'
import { Tamper } from './corruptions/corruption.ts'
import { healthySystem } from './healthy-system.ts'

describe('the invariant check', () => {
  let healthy: Awaited<ReturnType<typeof healthySystem>>
  beforeAll(async () => {
    healthy = await healthySystem()
  })

  it('finds no violation in a healthy system that has completed and compensated sagas', async () => {
    const { store, nowMs, mails, objects, digests } = healthy
    const sagas = await allRows(store, 'Sagas')
    expect(new Set(sagas.map(({ state }) => state))).toEqual(new Set(['completed', 'compensated']))
    expect(mails.length).toBeGreaterThan(0)
    expect(objects).toHaveLength(1)
    expect(digests.kept.length).toBeGreaterThan(10)
    expect(brokenBy(await gatherEvidence(store, nowMs, [], mails, objects, digests))).toEqual([])
  })

  it.each(corruptions)(
    'reports invariant $invariant as broken by $what',
    async ({ invariant, corrupt, attempts, mails, objects, digests, viewReads = [] }) => {
      const { nowMs } = healthy
      const store = await copyOf(healthy.store)
      await corrupt?.(new Tamper(store))
      const evidence = await gatherEvidence(
        store,
        nowMs,
        attempts?.(await allRows(store, 'RequestKeys'), nowMs) ?? [],
        mails?.(healthy.mails) ?? healthy.mails,
        objects?.(healthy.objects) ?? healthy.objects,
        { ...healthy.digests, kept: digests?.(healthy.digests.kept) ?? healthy.digests.kept },
      )
      expect(brokenBy({ ...evidence, viewReads }).map(({ number }) => number)).toContain(invariant)
    },
  )

  it('expects no stored answer for a key that is past its 24 hours, which may be gone', async () => {
    const { store, nowMs } = healthy
    const startedAtMs = nowMs - 24 * 3_600_000
    const old = { key: 'expired', status: 201, copy: 0, outcome: 'answered', startedAtMs, latencyMs: 1 } as const
    expect(brokenBy(await gatherEvidence(store, nowMs, [old]))).toEqual([])
  })

  it('finds no violation once the fences of sagas have expired', async () => {
    const { nowMs, mails, objects, digests } = healthy
    const store = await withoutFences(healthy.store)
    const aged = await gatherEvidence(store, nowMs + 121 * dayMs, [], mails, objects, digests)
    expect(aged.fences).toEqual([])
    expect(brokenBy(aged)).toEqual([])
    // Time to live deletes each row at its own time.
    const kept = await gatherEvidence(healthy.store, nowMs + 121 * dayMs, [], mails, objects, digests)
    expect(brokenBy(kept)).toEqual([])
  })

  it('misses fences that have not expired yet', async () => {
    const { nowMs, mails } = healthy
    const young = await gatherEvidence(await withoutFences(healthy.store), nowMs + 119 * dayMs, [], mails)
    expect(brokenBy(young).map(({ number }) => number)).toEqual([15, 16, 17, 22])
    const problems = brokenBy(young).flatMap(({ violations }) => violations.map(({ problem }) => problem))
    for (const lost of [
      / fence of its step /,
      /^counts \d+ sends, but 0 /,
      /the notice exists$/,
      /the mail sink has 1$/,
    ])
      expect(problems).toContainEqual(expect.stringMatching(lost))
  })

  it('judges what is left of the fences of a saga that ended long ago', async () => {
    const store = await copyOf(healthy.store)
    const tamper = new Tamper(store)
    await tamper.change('StepKeys', (row) => row.step === 'record', { state: 'tombstone' })
    const aged = await gatherEvidence(store, healthy.nowMs + 121 * dayMs)
    expect(brokenBy(aged).map(({ number }) => number)).toEqual([15])
  })

  it.each([
    { what: 'twice within an hour, and again when it was free', hours: [0, 1, 25.5], broken: [9, 13] },
    { what: 'once, and twice when it was free again', hours: [0, 25, 25.1], broken: [9] },
    { what: 'each time within a day of the last', hours: [0, 20, 40], broken: [9, 13] },
    { what: 'only when it was free', hours: [0, 24.1, 48.2], broken: [] },
  ])('judges the effects of a key by those within 24 hours: it took effect $what', async ({ hours, broken }) => {
    const { store, nowMs } = healthy
    const evidence = await gatherEvidence(store, nowMs)
    const [event] = [...evidence.events.values()].flat().filter(({ requestKeyHash }) => requestKeyHash)
    const effects = hours.map((hour, index) => {
      const recordedAt = new Date(nowMs + hour * 3_600_000).toISOString()
      return { ...event, id: `e-${index}`, recordedAt } as DomainEvent
    })
    const events = new Map(effects.toReversed().map((effect, index) => [`ticket ${index}`, [effect]]))
    const found = brokenBy({ ...evidence, events }).map(({ number }) => number)
    expect(found.filter((number) => number === 9 || number === 13)).toEqual(broken)
  })

  it('is tested with a corruption for every invariant', () => {
    expect(new Set(corruptions.map(({ invariant }) => invariant))).toEqual(
      new Set(invariants.map(({ number }) => number)),
    )
  })
})

const dayMs = 86_400_000

/** A copy without the fences, all of which expire. */
async function withoutFences(store: Store): Promise<Store> {
  const copy = await copyOf(store)
  for (const { pk, sk, expiresAt } of await allRows(store, 'StepKeys')) {
    expect(expiresAt).toEqual(expect.any(Number))
    await copy.write({ kind: 'delete', table: 'StepKeys', key: { pk: String(pk), sk: String(sk) } })
  }
  return copy
}

function brokenBy(evidence: Evidence) {
  return checkInvariants(evidence)
    .filter(({ violations }) => violations.length > 0)
    .map(({ invariant, violations }) => ({ number: invariant.number, violations }))
}
