import { describe, expect, it } from 'vitest'
import { isCheckedAsRead } from '../../tables/checked-as-read.ts'
import { present } from '../../tables/condition.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { Retries, retryLimits } from '../../tables/retries.ts'
import { readRows } from '../../tables/snapshot.ts'
import type { Write } from '../../tables/store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'

const table = 'Tickets'
const keyOf = (sk: string) => ({ pk: 'TENANT#acme#TICKET#t', sk })
const row = (sk: string) => ({ table, key: keyOf(sk), parse: ({ n }: Record<string, unknown>) => Number(n) }) as const

/** A database that leaves rows out, as often as it is said for each. */
async function leavingOut(times: Record<string, number>) {
  const inner = new MemoryStore()
  for (const [index, sk] of ['a', 'b'].entries())
    await inner.write({ kind: 'put', table, row: { ...keyOf(sk), n: index + 1 } })
  const asked: string[] = []
  const store = interceptStore(inner, async (call, proceed) => {
    if (call.method !== 'batchRead') return proceed()
    const [reads] = call.args
    asked.push(reads.map(({ key }) => key.sk).join(''))
    const { rows } = await inner.batchRead(reads)
    const unprocessed = reads.flatMap(({ key: { sk = '' } }, index) => ((times[sk] ?? 0) > 0 ? index : []))
    for (const index of unprocessed) times[reads[index]?.key.sk ?? ''] = (times[reads[index]?.key.sk ?? ''] ?? 0) - 1
    return { rows: rows.map((found, index) => (unprocessed.includes(index) ? undefined : found)), unprocessed }
  })
  return { store, asked, runtime: new VirtualRuntime() }
}

describe('rows that the database leaves out of a batch', () => {
  const reads = { a: row('a'), again: row('a'), b: row('b'), none: row('c') }

  it('are asked for again, and only these, and are never taken for absent', async () => {
    const { store, asked, runtime } = await leavingOut({ a: 2, c: 1 })
    const outcome = await readRows(store, new Retries(runtime), reads)
    expect(outcome).toEqual({ status: 'read', rows: { a: 1, again: 1, b: 2, none: undefined } })
    expect(asked).toEqual(['abc', 'ac', 'a'])
  })

  it('are unknown when they are still left out at the deadline', async () => {
    const { store, runtime } = await leavingOut({ b: Number.POSITIVE_INFINITY })
    const startedAtMs = runtime.now()
    expect(await readRows(store, new Retries(runtime), reads)).toEqual({ status: 'conflicted' })
    expect(runtime.now() - startedAtMs).toBeLessThanOrEqual(retryLimits.timeoutMs)
  })
})

describe('a write checks that its row is as it was read', () => {
  const put = (when?: Write['when']): Write => ({ kind: 'put', table, row: keyOf('a'), ...(when && { when }) })
  const isAtVersion = { attribute: 'version', equals: 3 } as const
  const cases: [string, Write, object | undefined, boolean][] = [
    ['absent, and must be so', put({ row: 'absent' }), undefined, true],
    ['at a version, and must be so', put(isAtVersion), { version: 3 }, true],
    ['at a version, among other conditions', put({ all: [present, isAtVersion] }), { version: 3 }, true],
    ['there, and must be so to be deleted', { kind: 'delete', table, key: keyOf('a'), when: present }, {}, true],
    ['there, where it is replaced whatever it is', put(present), {}, false],
    ['without a condition', put(), undefined, false],
    ['absent, or with room', put({ any: [{ row: 'absent' }, { attribute: 'n', below: 9 }] }), undefined, false],
    ['at a version, or otherwise right', put({ any: [isAtVersion, present] }), { version: 3 }, false],
    ['at another version', put(isAtVersion), { version: 2 }, false],
    ['absent, where it must be at a version', put(isAtVersion), undefined, false],
    ['at a version, where it must be absent', put({ row: 'absent' }), { version: 3 }, false],
    ['another row', { ...put({ row: 'absent' }), row: keyOf('b') } as Write, undefined, false],
  ]

  it.each(cases)('%s', (_, write, read, expected) => {
    expect(isCheckedAsRead(write, { table, key: keyOf('a') }, read)).toBe(expected)
  })
})
