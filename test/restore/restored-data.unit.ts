import { describe, expect, it } from 'vitest'
import { type RestoreRecord, storedRecord } from '../../domain/restore-record.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Evidence } from '../../proof/check/evidence.ts'
import { restoresLeaveNothingHalf } from '../../proof/check/restored-data.ts'
import type { RunEntry } from '../../tables/runs.ts'

const pk = 'TENANT#acme#TICKET#T1'
const hash = sha256Hex('lost')
const record: RestoreRecord = {
  restoredTo: '2026-03-01T12:00:00.000Z',
  lostFrom: '2026-03-01T12:04:00.000Z',
  events: [{ aggregate: sha256Hex(pk), seq: 2, hash }],
  effects: ['mail-of-the-lost'],
}

const document = (of: RestoreRecord) => ({ ...storedRecord(of), storedAtMs: 0 })
const stored = (value: object, key = pk) => ({ pk: key, sk: '', tenant: 'acme', value })

function ledger(of: RestoreRecord, endedAt?: string): { value: RunEntry }[] {
  const run = { task: 'restore', runId: 'r1', at: '2026-03-01T12:20:00.000Z' }
  return [
    { value: { ...run, step: 'begun', by: 'command' } },
    { value: { ...run, step: 'restored', record: storedRecord(of).key } },
    ...(endedAt === undefined
      ? []
      : [{ value: { ...run, at: endedAt, step: 'ended', status: 'complete', handled: 3, counts: {} } as const }]),
  ]
}

/** What the check finds in a restored system in which only `wrong` is not as it should be. */
function problems(wrong: object, of: RestoreRecord = record): string[] {
  const sound = {
    digests: { kept: [document(of)], lockedDays: 365 },
    events: new Map([[pk, [{ seq: 1, hash: sha256Hex('kept'), recordedAt: '2026-03-01T11:59:00.000Z' }]]]),
    sagas: [],
    requests: [],
    mails: [
      { steadfastId: 'mail-of-the-lost', to: ['a@example.com'], acceptedAt: '2026-03-01T12:02:00.000Z' },
      { steadfastId: 'mail-of-the-kept', to: ['a@example.com'], acceptedAt: '2026-03-01T11:59:30.000Z' },
    ],
    runs: ledger(of, '2026-03-01T12:30:00.000Z'),
  }
  const evidence = { ...sound, ...wrong } as unknown as Evidence
  return restoresLeaveNothingHalf.violations(evidence).map(({ subject, problem }) => `${subject} ${problem}`)
}

const mailAgain = (id: string) => ({ steadfastId: id, to: ['a@example.com'], acceptedAt: '2026-03-01T12:25:00.000Z' })
const mailBefore = (id: string) => ({ ...mailAgain(id), acceptedAt: '2026-03-01T11:59:30.000Z' })

describe('a restored system', () => {
  it('is found sound when nothing lost is left, and service was back in time', () => {
    expect(problems({})).toEqual([])
  })

  it('may have an event under the number of a lost one, and a mail about it under an id of its own', () => {
    const next = { seq: 2, hash: sha256Hex('new'), recordedAt: '2026-03-01T12:40:00.000Z' }
    expect(problems({ events: new Map([[pk, [next]]]), mails: [mailBefore('one'), mailAgain('another')] })).toEqual([])
  })

  const longer: RestoreRecord = { ...record, restoredTo: '2026-03-01T11:00:00.000Z' }
  it.each<[string, object, RestoreRecord?]>([
    [
      'is stored, and a restore record says that it is lost',
      { events: new Map([[pk, [{ seq: 2, hash, recordedAt: '' }]]]) },
    ],
    ['is stored, and a restore record says that its event is lost', { sagas: [stored({ id: 'mail-of-the-lost' })] }],
    [
      'was recorded in the time that the restore to 2026-03-01T12:00:00.000Z has lost',
      { requests: [stored({ createdAt: '2026-03-01T12:01:00.000Z' })] },
    ],
    [
      'was recorded in the time that the restore to 2026-03-01T11:00:00.000Z has lost',
      { events: new Map([[pk, [{ seq: 1, recordedAt: '2026-03-01T12:01:00.000Z' }]]]) },
      { ...longer, damagedFrom: '2026-03-01T11:01:00.000Z' },
    ],
    ['was sent again after the restore', { mails: [mailBefore('one'), mailAgain('one')] }],
    ['has its record, and no run in the ledger', { runs: [] }],
    ['has its record, and no run in the ledger', { runs: ledger(record) }],
    ['took 14401 s, and the target (RTO) is 14400 s', { runs: ledger(record, '2026-03-01T16:04:01.000Z') }],
    ['has lost 3840 s of sound work, and the target (RPO) is 300 s', { events: new Map() }, longer],
    ['went to a time at which the damage had begun', {}, { ...record, damagedFrom: '2026-03-01T11:59:59.000Z' }],
    ['which is not kept', { digests: { kept: [], lockedDays: 365 } }],
    [
      'is not the restore record that its key names',
      { digests: { kept: [document(record), { ...document(record), text: '{}' }], lockedDays: 365 } },
    ],
  ])('is reported when something %s', (problem, wrong, of) => {
    expect(problems(wrong, of)).toEqual([expect.stringContaining(problem)])
  })
})
