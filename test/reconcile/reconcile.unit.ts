import { beforeEach, describe, expect, it } from 'vitest'
import { systemActor } from '../../domain/actor.ts'
import { reconcileData } from '../../functions/reconcile-data/reconcile-data.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Page, ScanRequest } from '../../tables/store.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { Crash, FaultyStore } from '../relay/faults.ts'
import { deactivateUnseen, drifts, openTicket } from './planted-drift.ts'
import { ReconciledSystem } from './reconciled-system.ts'

let system: ReconciledSystem

beforeEach(async () => {
  system = await ReconciledSystem.create()
})

/** Everything but the reconciliation's own rows. */
async function storedData() {
  const { Runs: _, SweepPositions: __, ...data } = await dumpStore(system.store)
  return data
}

const cases = Object.entries(drifts)

describe('a reconciliation', () => {
  it('finds nothing in a healthy system, and its run is in the ledger', async () => {
    const before = await storedData()
    expect(await system.reconcile()).toMatchObject({ findings: [], failed: 0, complete: true })
    expect(await storedData()).toEqual(before)
    expect(await system.ledger()).toMatchObject([
      { step: 'begun', by: 'schedule' },
      { step: 'ended', status: 'complete', counts: {} },
    ])
  })

  it.each(cases)('reports %s: what, since when and how many, and changes nothing', async (_, drift) => {
    await drift.plant(system)
    const before = await storedData()
    const { findings } = await system.reconcile({ kinds: [drift.kind], mode: 'report' })
    expect(await storedData()).toEqual(before)
    expect(findings.length).toBeGreaterThan(0)
    for (const { kind, problem, since, outcome } of findings) {
      expect(kind).toBe(drift.kind)
      expect(problem).toMatch(drift.problem)
      expect(since !== undefined).toBe(drift.isDated)
      expect(outcome).toBe(drift.outcome === 'healed' ? 'reported' : 'handed over')
    }
    const found = (await system.ledger()).filter(({ step }) => step === 'found')
    expect(found).toHaveLength(findings.length)
  })

  it.each(cases)('heals %s, or says who must, and the ledger has both', async (_, drift) => {
    await drift.plant(system)
    const { findings, left } = await system.reconcile()
    expect(left).toBe(findings.filter(({ outcome }) => outcome !== 'healed').length)
    const ofKind = findings.filter(({ kind }) => kind === drift.kind)
    expect(ofKind.map(({ outcome }) => outcome)).toEqual(ofKind.map(() => drift.outcome))
    expect(ofKind.length).toBeGreaterThan(0)
    const ledger = await system.ledger()
    const steps = ledger.map(({ step }) => step)
    expect(steps.filter((step) => step === 'found')).toHaveLength(findings.length)
    expect(steps.filter((step) => step === 'healed')).toHaveLength(
      findings.filter(({ outcome }) => outcome === 'healed').length,
    )
    expect(ledger.at(-1)).toMatchObject({ counts: { [drift.kind]: { found: ofKind.length } } })
    system.runtime.advance(3_600_000)
    const again = await system.reconcile({ kinds: [drift.kind] })
    if (drift.outcome === 'healed') expect(again.findings).toEqual([])
    else expect(again.findings.length).toBe(ofKind.length)
  })
})

/** A store that kept positions are needed for: it gives few rows at a time. */
class SmallPages extends FaultyStore {
  override scan(request: ScanRequest): Promise<Page> {
    return super.scan({ ...request, limit: 5 })
  }
}

const healable = cases.filter(([, { outcome }]) => outcome === 'healed')

async function plantAll(): Promise<void> {
  // Sagas aside: what a mail has told somebody depends on who starts it.
  for (const [, { plant, kind }] of healable) if (kind !== 'sagas') await plant(system)
}

/** The violations of everything that a healing is about. Sagas that it starts wait for Step Functions, which does not run here. */
async function violations() {
  const evidence = await gatherEvidence(system.store, system.runtime.now())
  const healed = [3, 5, 7, 21, 23, 28]
  return checkInvariants(evidence)
    .filter(({ invariant }) => healed.includes(invariant.number))
    .flatMap(({ invariant, violations }) =>
      violations.map(({ subject, problem }) => [invariant.number, subject, problem]),
    )
}

describe('a healing', () => {
  it('of the truth is an event of the system, through the write path', async () => {
    const { pk } = await openTicket(system)
    await deactivateUnseen(system)
    const before = await allRows(system.store, 'Events')
    await system.reconcile()
    const added = (await allRows(system.store, 'Events')).filter(
      (row) => !before.some((one) => one.pk === row.pk && one.sk === row.sk),
    )
    expect(added.map(parseEvent)).toMatchObject([
      { type: 'ticket.unassigned', actor: systemActor.id, data: { why: 'user_deactivated' } },
    ])
    expect(added[0]?.pk).toBe(pk)
    expect((await allRows(system.store, 'Outbox')).map((row) => row.pk)).toEqual([pk])
  })

  it('makes the same data wherever it is killed, and the next run goes on', async () => {
    let calls = 0
    await plantAll()
    const wanted = await violations()
    expect(wanted.length).toBeGreaterThan(2)
    const counting = new FaultyStore(system.store, () => {
      calls++
      return 'none'
    })
    await system.reconcile({}, counting)
    expect(await violations()).toEqual([])
    const healthy = await system.reconcile()
    expect(healthy.findings).toEqual([])
    let crashes = 0
    for (let at = 3; at < calls; at += 41) {
      system = await ReconciledSystem.create()
      await plantAll()
      let call = 0
      const fault = at % 2 === 0 ? 'crash-before' : 'crash-after'
      const killed = new FaultyStore(system.store, () => (++call >= at ? fault : 'none'))
      await system.reconcile({}, killed).catch((error) => {
        expect(error).toBeInstanceOf(Crash)
        crashes++
      })
      for (let run = 0; run < 4; run++) await system.reconcile()
      expect((await system.reconcile()).findings, `killed at call ${at}`).toEqual([])
      expect(await violations(), `killed at call ${at}`).toEqual([])
    }
    expect(crashes).toBeGreaterThan(3)
  })

  it.each(['report', 'dry run'] as const)(
    'by a command (%s) looks at all that a killed one has looked at',
    async (mode) => {
      for (const [, { plant }] of cases) await plant(system)
      const whole = await system.reconcile({ mode: 'report', by: 'command' })
      expect(whole.findings.length).toBeGreaterThan(2)
      let scans = 0
      const killed = new SmallPages(system.store, ({ method, table }) =>
        method === 'scan' && table === 'Tickets' && ++scans > 3 ? 'crash-before' : 'none',
      )
      await expect(system.reconcile({ mode: 'report', by: 'command' }, killed)).rejects.toThrow(Crash)
      const again = await system.reconcile({ mode, by: 'command' })
      expect(again).toMatchObject({ examined: whole.examined, complete: true })
      expect(again.findings).toHaveLength(whole.findings.length)
    },
  )

  it('takes effect once when two reconcilers run at once', async () => {
    for (const [, { plant }] of healable) await plant(system)
    const sagas = async () => (await allRows(system.store, 'Sagas')).length
    const before = await sagas()
    await Promise.all([system.reconcile(), system.reconcile({ by: 'command' })])
    await system.reconcile()
    expect((await system.reconcile()).findings).toEqual([])
    expect(await violations()).toEqual([])
    const unassigned = (await allRows(system.store, 'Events')).filter(({ type }) => type === 'ticket.unassigned')
    expect(unassigned).toHaveLength(1)
    expect(await sagas()).toBe(before + 1)
    const names = system.machines.started.map(({ name }) => name)
    expect(names).toHaveLength(new Set(names).size)
  })

  it('does not happen for what is in flight', async () => {
    const { pk } = await openTicket(system)
    const events = (await allRows(system.store, 'Events')).filter((row) => row.pk === pk)
    const last = events.at(-1)
    // The last event is a minute old at most, and one consumer has not come to it.
    await system.tamper('Receipts', { pk, sk: 'CONSUMER#unassign-tickets' }, { appliedSeq: events.length - 1 })
    system.runtime.advance(Date.parse(String(last?.recordedAt)) + 30_000 - system.runtime.now())
    expect((await system.reconcile({ kinds: ['checkpoints'] })).findings).toEqual([])
    system.runtime.advance(60_000)
    expect((await system.reconcile({ kinds: ['checkpoints'] })).findings).toMatchObject([{ outcome: 'healed' }])
  })

  it('does not happen for what a second reading does not show again', async () => {
    const { pk } = await openTicket(system)
    const key = { pk, sk: 'CONSUMER#unassign-tickets' }
    await system.tamper('Receipts', key, { appliedSeq: 2 })
    const { sleep } = system.runtime
    system.runtime.sleep = async (ms) => {
      await system.tamper('Receipts', key, { appliedSeq: 3 })
      return sleep(ms)
    }
    expect((await system.reconcile({ kinds: ['checkpoints'] })).findings).toEqual([])
  })

  it('is announced by a dry run, which writes nothing at all', async () => {
    for (const [, { plant }] of healable) await plant(system)
    const before = await dumpStore(system.store)
    const { findings } = await system.reconcile({ mode: 'dry run' })
    expect(new Set(findings.map(({ outcome }) => outcome))).toEqual(new Set(['reported']))
    expect(findings.length).toBeGreaterThanOrEqual(healable.length)
    expect(await dumpStore(system.store)).toEqual(before)
    expect(system.machines.started).toEqual([])
  })

  it('does not happen when the ledger cannot have it', async () => {
    await deactivateUnseen(system)
    const before = await storedData()
    let entries = 0
    const ledgerIsDown = new FaultyStore(system.store, ({ method, table }) =>
      method === 'write' && table === 'Runs' && ++entries > 1 ? 'lost-before' : 'none',
    )
    await expect(system.reconcile({}, ledgerIsDown)).rejects.toThrow()
    expect(await storedData()).toEqual(before)
  })

  it('of a saga whose event is older than two days is left to a person', async () => {
    await drifts['an event whose saga was never started']?.plant(system)
    system.runtime.advance(48 * 3_600_000)
    expect((await system.reconcile({ kinds: ['sagas'] })).findings).toMatchObject([{ outcome: 'handed over' }])
    expect(system.machines.started).toEqual([])
  })

  it('stops at nothing that cannot be read, and counts it', async () => {
    await deactivateUnseen(system)
    const user = await system.row('Tickets', { sk: 'USER', id: 'carla' })
    await system.tamper('Tickets', user, { version: 'many' })
    const { findings, failed } = await system.reconcile()
    expect(failed).toBeGreaterThan(0)
    expect(findings).toMatchObject([{ kind: 'assignments', outcome: 'healed' }])
    expect(await system.ledger()).toMatchObject([{}, {}, {}, { step: 'ended', status: 'failed' }])
  })
})

describe('the scheduled reconciliation', () => {
  it('counts what it did not heal, and only that', async () => {
    await deactivateUnseen(system)
    const count = async () => {
      const { inFlightMsMax: _, ...deps } = system.deps()
      await reconcileData(deps, system.runtime.now() + 300_000)
      return system.observer.counts.DriftNotHealed
    }
    expect(await count()).toBe(0)
    system.sizes.clear()
    expect(await count()).toBeGreaterThan(0)
  })
})
