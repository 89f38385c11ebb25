import { beforeEach, describe, expect, it } from 'vitest'
import { holdEverything, holdTask, releaseEverything } from '../../app/hold-everything.ts'
import { listHolds } from '../../functions/list-holds/list-holds.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { parseRun } from '../../tables/runs.ts'
import { stackHoldRow } from '../../tables/stack-hold.ts'
import type { Store } from '../../tables/store.ts'
import { admin } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { everyOrder, runInterleaved } from '../fixtures/interleaving.ts'
import { HeldCase } from './held-case.ts'
import { api, callbacks, deps, saga, sagaId, startRunningSaga } from './running-saga.ts'
import { anotherSaga, waits } from './waiting-sagas.ts'

const waitForRelease = 'wait for release of what is held'
const begun = async () => await new HeldCase().begin('ok')

describe('a saga while everything is held', () => {
  it('waits before its call, and goes on once when everything is released', async () => {
    const held = await (await begun()).holdEverything()
    const waiting = await held.run()
    expect(waiting.visited.at(-1)).toBe(waitForRelease)
    const { saga: row, mails } = await held.outcome()
    expect(mails).toEqual([])
    expect(row).toMatchObject({ state: 'running', held: { dependency: 'mail' } })
    expect(row.timeline.at(-1)?.error).toEqual({ name: 'StepHeld', message: 'mail: everything is held' })
    await held.releaseEverything()
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(held.mailer.sent).toHaveLength(1)
  })

  it.each(['the tenant first', 'the operator first'])(
    'needs both releases where its tenant holds the dependency too: %s',
    async (order) => {
      const held = await (await (await begun()).hold()).holdEverything()
      let driven = await held.run()
      const releases = [() => held.release(), () => held.releaseEverything()]
      for (const release of order === 'the tenant first' ? releases : releases.toReversed()) {
        expect(driven.visited.at(-1)).toBe(waitForRelease)
        expect(held.mailer.sent).toEqual([])
        await release()
        driven = await driven.resume()
      }
      expect(driven.status).toBe('succeeded')
      expect(held.mailer.sent).toHaveLength(1)
    },
  )

  it('calls nobody while what is held cannot be read', async () => {
    const inner = new MemoryStore()
    const withoutHolds = interceptStore(inner, async ({ method, args }, proceed) =>
      method === 'batchRead' ? { rows: [], unprocessed: (args[0] as unknown[]).map((_, index) => index) } : proceed(),
    )
    const held = await new HeldCase({ store: withoutHolds }).begin('ok')
    await held.run()
    expect(held.mailer.sent).toEqual([])
  })
})

/** Orders on a store of their own. */
function ordering(inner: Store = new MemoryStore()) {
  const runtime = new ManualRuntime()
  const on = (store: Store) => ({ store, runtime })
  return {
    inner,
    hold: (operator = 'olga', store = inner) => holdEverything(on(store), { operator, reason: `${operator} looks.` }),
    release: (operator = 'olga', store = inner) => releaseEverything(on(store), { operator }),
    row: () => readRow(inner, stackHoldRow),
    ledger: async () =>
      (await allRows(inner, 'Runs'))
        .map(parseRun)
        .flatMap((entry) => (entry.step === 'held' || entry.step === 'released' ? [entry] : []))
        .toSorted((one, other) => one.revision - other.revision)
        .map(({ step, operator, revision }) => `${revision} ${step} ${operator}`),
  }
}

describe('the hold on everything', () => {
  it('has each change in the ledger, with who made it, and is changed by nothing that is so already', async () => {
    const { hold, release, row, ledger, inner } = ordering()
    await expect(release()).rejects.toThrow('released already')
    expect(await hold()).toMatchObject({ isNew: true, hold: { by: 'olga', reason: 'olga looks.' } })
    expect(await hold('otto')).toMatchObject({ isNew: false, hold: { by: 'olga' } })
    expect(await release('otto')).toMatchObject({ by: 'olga' })
    await expect(release()).rejects.toThrow('released already')
    expect(await row()).not.toHaveProperty('hold')
    expect(await ledger()).toEqual(['1 held olga', '2 released otto'])
    expect((await allRows(inner, 'Runs')).every(({ task }) => task === holdTask)).toBe(true)
  })

  it.each([
    ['hold', 'hold', false],
    ['hold', 'release', true],
    ['release', 'release', true],
    ['hold', 'release', false],
  ] as const)(
    'is one change in one order, with an entry each, however orders of two operators meet: %s and %s, held before: %s',
    async (first, second, isHeld) => {
      for (const order of everyOrder(6)) {
        const orders = ordering()
        if (isHeld) await orders.hold('ida')
        const [one, other] = await runInterleaved(
          orders.inner,
          (store) =>
            orders[first]('olga', store).then(
              () => 'done',
              (error: Error) => error.message,
            ),
          (store) =>
            orders[second]('otto', store).then(
              () => 'done',
              (error: Error) => error.message,
            ),
          order,
        )
        const row = await orders.row()
        const ledger = await orders.ledger()
        expect(ledger).toHaveLength(row?.revision ?? 0)
        expect(ledger.at(-1)?.includes('held')).toBe(row?.hold !== undefined)
        if (first === 'hold') expect(one).toBe('done')
        // Whoever has released nothing is told.
        if (second === 'release' && other !== 'done') expect(other).toMatch(/already|meanwhile/)
        if (first === 'release') expect([one, other].filter((outcome) => outcome === 'done')).toHaveLength(1)
      }
    },
  )

  it('is known as changed after a lost answer where the ledger does not show it yet', async () => {
    const { inner, hold, release, ledger } = ordering()
    const losing = () => {
      let isLost = false
      return interceptStore(inner, async ({ method, args }, proceed) => {
        if (method === 'get' && isLost && (args[0] as { table: string }).table === 'Runs') return undefined
        if (method !== 'transactWrite' || isLost) return proceed()
        isLost = true
        await proceed()
        return { status: 'unknown', cause: new Error('lost') }
      })
    }
    expect(await hold('olga', losing())).toMatchObject({ isNew: true })
    expect(await release('olga', losing())).toMatchObject({ by: 'olga' })
    expect(await ledger()).toEqual(['1 held olga', '2 released olga'])
  })

  it.each([
    ['was stored', true],
    ['was not stored', false],
  ])('is changed once, with one entry, where the answer to its write is lost that %s', async (_, isStored) => {
    const { inner, hold, release, ledger } = ordering()
    const losing = () => {
      let lost = 0
      return interceptStore(inner, async ({ method }, proceed) => {
        if (method !== 'transactWrite' || lost++ > 0) return proceed()
        if (isStored) await proceed()
        return { status: 'unknown', cause: new Error('lost') }
      })
    }
    expect(await hold('olga', losing())).toMatchObject({ isNew: true })
    await release('olga', losing())
    expect(await ledger()).toEqual(['1 held olga', '2 released olga'])
  })

  it('is not put anew where the answer was lost and another operator has released it since', async () => {
    const { inner, hold, release, ledger, row } = ordering()
    const losing = interceptStore(inner, async ({ method }, proceed) => {
      if (method !== 'transactWrite') return proceed()
      await proceed()
      await release('otto')
      return { status: 'unknown', cause: new Error('lost') }
    })
    await hold('olga', losing)
    expect(await row()).not.toHaveProperty('hold')
    expect(await ledger()).toEqual(['1 held olga', '2 released otto'])
  })

  it('is whole or not there when its order is killed at any call', async () => {
    for (let last = 0; last < 4; last++) {
      const { inner, hold, row, ledger } = ordering()
      let calls = 0
      const killed = interceptStore(inner, (_, proceed) =>
        calls++ < last ? proceed() : Promise.reject(new Error('killed')),
      )
      await hold('olga', killed).catch(() => {})
      expect(await ledger()).toHaveLength((await row())?.revision ?? 0)
      expect(await hold('olga')).toMatchObject({ hold: { by: 'olga' } })
      expect(await ledger()).toEqual(['1 held olga'])
    }
  })

  it('says that the change may take effect when the database answers nothing definite', async () => {
    const { inner, hold, row } = ordering()
    const deaf = interceptStore(inner, async ({ method }, proceed) =>
      method === 'transactWrite' ? { status: 'throttled' } : proceed(),
    )
    await expect(hold('olga', deaf)).rejects.toThrow('ask for the status')
    expect(await row()).toBeUndefined()
  })
})

describe('beside what tenants hold', () => {
  const params = { dependency: 'mail' }
  const list = async () => (await api.call(admin, listHolds)).json
  const operator = 'olga'

  beforeEach(startRunningSaga)

  it('it is told to admins, without its operator, and neither release releases the other', async () => {
    const { hold } = await holdEverything(api, { operator, reason: 'Restored.' })
    const everything = { since: hold.since, reason: 'Restored.', waiting: 0 }
    expect(await list()).toEqual({ items: [], everything })
    await api.call(admin, putHold, { params, body: {} })
    await api.call(admin, releaseHold, { params })
    expect(await list()).toEqual({ items: [], everything })
    await api.call(admin, putHold, { params, body: {} })
    await releaseEverything(api, { operator })
    expect(await list()).toEqual({ items: [expect.objectContaining(params)] })
  })

  it('the reconciliation lets sagas go at its rate once both are released, and none before', async () => {
    await waits(sagaId)
    for (let number = 2; number <= 40; number++) await waits(await anotherSaga(`E${number}`))
    await holdEverything(api, { operator, reason: 'Restored.' })
    await api.call(admin, putHold, { params, body: {} })
    api.runtime.advance(quietAfterMs)
    const reconcile = () => reconcileSagas(deps(), api.runtime.now() + 60_000)
    expect(await reconcile()).toMatchObject({ held: 40, released: 0 })
    await api.call(admin, releaseHold, { params })
    expect(await reconcile()).toMatchObject({ held: 40, released: 0 })
    expect(callbacks.called).toEqual([])
    await releaseEverything(api, { operator })
    const beganMs = api.runtime.now()
    expect(await reconcile()).toMatchObject({ held: 0, released: 40 })
    expect(new Set(callbacks.called).size).toBe(40)
    expect(api.runtime.now() - beganMs).toBeGreaterThanOrEqual(40 * 50)
    expect(await saga()).toMatchObject({ state: 'running' })
  })
})
