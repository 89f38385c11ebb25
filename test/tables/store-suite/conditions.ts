import { expect, it } from 'vitest'
import { type Condition, isSatisfied } from '../../../tables/condition.ts'
import type { Row, Store, Write } from '../../../tables/store.ts'
import { onStore, pk, put } from './rows.ts'

/** Conditions, evaluated on rows of every shape. */
export function conditionsOnRows(open: () => Store): void {
  const { readRow, commit } = onStore(open)

  const conditions: Condition[] = [
    { row: 'absent' },
    { row: 'present' },
    { attribute: 'status', is: 'absent' },
    { attribute: 'status', is: 'present' },
    { attribute: 'status', equals: 'open' },
    { attribute: 'version', equals: 3 },
    { attribute: 'done', equals: false },
    { attribute: 'version', below: 3 },
    { attribute: 'version', below: 4 },
    { attribute: 'version', atMost: 2 },
    { attribute: 'version', atMost: 3 },
    { attribute: 'status', below: 9 },
    { attribute: 'status', atMost: 'open' },
    { attribute: 'status', atMost: 'closed' },
    { attribute: 'version', atMost: 'open' },
    { any: [{ row: 'absent' }, { attribute: 'version', below: 4 }] },
    {
      any: [
        { attribute: 'version', equals: 1 },
        { attribute: 'version', equals: 2 },
      ],
    },
    { all: [{ row: 'present' }, { attribute: 'status', equals: 'open' }] },
    {
      all: [
        { attribute: 'status', equals: 'open' },
        { attribute: 'version', below: 3 },
      ],
    },
    {
      any: [
        {
          all: [
            { attribute: 'version', equals: 3 },
            { attribute: 'done', equals: true },
          ],
        },
        { row: 'absent' },
      ],
    },
  ]
  const states: [name: string, row: Row | undefined][] = [
    ['no row', undefined],
    ['an open row', { status: 'open', version: 3, done: false }],
    ['a done row', { status: 'closed', version: 2, done: true }],
    ['a row without attributes', {}],
    ['a row of other types', { status: 7, version: '3', done: 'false' }],
  ]

  it.each(conditions.map((condition) => [JSON.stringify(condition), condition] as const))(
    'evaluates a condition on the stored row: %s',
    async (_, condition) => {
      for (const [name, state] of states) {
        const key = { pk: pk(), sk: 'a' }
        const before = state && { ...key, ...state }
        if (before) await commit(put(before))
        const expected = isSatisfied(condition, before)
        const written = await open().write(put({ ...key, note: 'written' }, condition))
        expect([name, written]).toEqual([
          name,
          expected ? { status: 'done' } : { status: 'condition-failed', ...(before && { row: before }) },
        ])
        if (expected) await open().write(before ? put(before) : { kind: 'delete', table: 'Tickets', key })
        const check: Write = { kind: 'check', table: 'Tickets', key, when: condition }
        const committed = await commit(check, put({ ...key, sk: 'b' }))
        expect([name, committed]).toEqual([
          name,
          expected
            ? { status: 'committed' }
            : {
                status: 'cancelled',
                reasons: [{ code: 'condition', ...(before && { row: before }) }, { code: 'none' }],
              },
        ])
        expect((await readRow({ ...key, sk: 'b' })) !== undefined).toBe(expected)
      }
    },
  )
}
