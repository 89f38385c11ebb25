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
    invariant: 20,
    what: 'a ready attachment in which a scan found malware',
    corrupt: (tamper) =>
      tamper.change('Tickets', (row) => row.state === 'ready', {
        etag: 'e',
        scan_e_infected: { verdict: 'infected', threat: 'Late' },
      }),
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
    invariant: 20,
    what: 'an attachment that is being removed without its object',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'removed', { state: 'removing' }),
  },
  {
    invariant: 21,
    what: 'an object of a removed attachment',
    corrupt: (tamper) =>
      tamper.change('Tickets', (row) => row.state === 'ready', { state: 'removed', removalSeq: 14, removedAt: 'now' }),
  },
  {
    invariant: 21,
    what: 'an attachment that waits for a removal that has ended',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'removed', { state: 'removing' }),
  },
  {
    invariant: 21,
    what: 'a ready attachment with the event of its removal',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'removed', { state: 'ready' }),
  },
  {
    invariant: 30,
    what: 'a person who uses more bytes than allowed',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.sk === 'USER#agnes', { usedBytes: 104_857_601 }),
  },
  {
    invariant: 21,
    what: 'a person whose bytes were not released with the file',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.sk === 'USER#agnes', { usedBytes: 141 }),
  },
  {
    invariant: 21,
    what: 'a person whose upload slot was not released',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.sk === 'USER#agnes', { openUploads: 1 }),
  },
  {
    invariant: 21,
    what: 'a byte counter that differs from the reservations',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.sk === 'BYTES', { usedBytes: 1 }),
  },
]
