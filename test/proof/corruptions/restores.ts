import { storedRecord } from '../../../domain/restore-record.ts'
import type { Corruption } from './corruption.ts'

/** Long before anything that the healthy system has recorded. */
const record = storedRecord({
  restoredTo: '2026-01-01T12:00:00.000Z',
  lostFrom: '2026-01-01T12:04:00.000Z',
  events: [],
  effects: [],
})

/** Each way in which a restore can be wrong is in test/restore/restored-data.unit.ts. */
export const restoreCorruptions: readonly Corruption[] = [
  {
    invariant: 25,
    what: 'a restore that was never ended',
    digests: (kept) => [...kept, { ...record, storedAtMs: 0 }],
  },
  {
    invariant: 25,
    what: 'a restore whose record is gone',
    corrupt: (tamper) =>
      tamper.add('Runs', {
        pk: 'RUNS#restore',
        sk: '2026-01-01T12:10:00.000Z#r1#000000000002',
        task: 'restore',
        runId: 'r1',
        at: '2026-01-01T12:10:00.000Z',
        step: 'restored',
        record: record.key,
      }),
  },
]
