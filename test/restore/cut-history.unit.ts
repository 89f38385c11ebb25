import { describe, expect, it } from 'vitest'
import { requestsToForget } from '../../app/restore/cut-history.ts'

const aggregate = 'TENANT#acme#TICKET#T1'

function answered(key: string, createdAt: string, seq?: number) {
  return {
    pk: `TENANT#acme#REQUEST#POST /tickets#${key}`,
    fingerprint: 'f',
    token: 't',
    answer: { status: 200, headers: {}, body: '{}' },
    actor: 'carla',
    aggregate,
    ...(seq !== undefined && { seq }),
    createdAt,
    expiresAt: 2_000_000_000,
  }
}

describe('the request keys of a restore', () => {
  it('lose those whose event was cut, and the answers without an event that may be about what was cut', () => {
    const rows = [
      answered('cut', '2026-03-01T11:59:00.000Z', 2),
      answered('unchanged before', '2026-03-01T11:59:59.000Z'),
      answered('unchanged after', '2026-03-01T12:00:01.000Z'),
    ]
    const history = { kept: new Map(), cut: [], refusals: [] }
    const forgotten = requestsToForget(rows, history, { restoredTo: '2026-03-01T12:00:00.000Z' })
    expect(forgotten.map(({ pk }) => String(pk).split('#').at(-1))).toEqual(['cut', 'unchanged after'])
  })
})
