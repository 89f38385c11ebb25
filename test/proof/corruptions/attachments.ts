import type { Corruption } from './corruption.ts'

export const attachmentCorruptions: readonly Corruption[] = [
  { invariant: 20, what: 'a ready attachment without its object', objects: () => [] },
  {
    invariant: 20,
    what: 'a ready attachment with other bytes than were inspected',
    objects: (stored) => stored.map((object) => ({ ...object, sha256: '0'.repeat(64) })),
  },
  {
    invariant: 20,
    what: 'a ready attachment that is infected',
    objects: (stored) => stored.map((object) => ({ ...object, isInfected: true })),
  },
  {
    invariant: 21,
    what: 'an object without an attachment',
    objects: (stored) => [...stored, ...stored.map((object) => ({ ...object, key: 'clean/acme/none/none' }))],
  },
  {
    invariant: 21,
    what: 'an upload that was not removed',
    objects: (stored) => [
      ...stored,
      ...stored.map((object) => ({ ...object, key: object.key.replace('clean', 'quarantine'), storedAtMs: 0 })),
    ],
  },
  {
    invariant: 21,
    what: 'an attachment that waits for a saga that has ended',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'rejected', { state: 'awaiting_upload' }),
  },
  {
    invariant: 21,
    what: 'a ready attachment without its event',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'rejected', { state: 'ready' }),
  },
  {
    invariant: 21,
    what: 'a byte counter that differs from the reservations',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.sk === 'BYTES', { usedBytes: 1 }),
  },
]
