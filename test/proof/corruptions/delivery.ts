import { isProjections } from '../../../tables/projections.ts'
import type { Row } from '../../../tables/store.ts'
import { anyRow, type Corruption } from './corruption.ts'

const isCounts = ({ sk }: Row) => String(sk).startsWith('SHARD#')

export const deliveryCorruptions: readonly Corruption[] = [
  {
    invariant: 6,
    what: 'an event that a consumer never applied',
    corrupt: (tamper) => tamper.remove('Receipts', (row) => row.consumer === 'unassign-tickets'),
  },
  { invariant: 6, what: 'an event that is still in the outbox', corrupt: (tamper) => tamper.copyToOutbox() },
  {
    invariant: 7,
    what: 'a checkpoint past the end of the history',
    corrupt: (tamper) => tamper.change('Receipts', anyRow, { appliedSeq: 99 }),
  },
  {
    invariant: 7,
    what: 'a read model that counts events which were not applied',
    corrupt: (tamper) =>
      tamper.change('Views', isCounts, {
        counts: { open: 7, in_progress: 0, waiting_for_customer: 0, resolved: 0, closed: 0 },
      }),
  },
  {
    invariant: 23,
    what: 'a row of a read model that is lost',
    corrupt: (tamper) => tamper.remove('Views', isCounts),
  },
  {
    invariant: 23,
    what: 'a row of a read model beside its partition that is lost',
    corrupt: (tamper) => tamper.remove('Views', ({ sk }) => sk === 'TRACKED'),
  },
  {
    invariant: 23,
    what: 'a read model that lacks events which were applied, and does not say so',
    corrupt: (tamper) => tamper.change('Views', isProjections, { seqs: {} }),
  },
  {
    invariant: 23,
    what: 'a row of a read model that tells another time than its events',
    corrupt: (tamper) => tamper.change('Views', isCounts, { asOf: '2031-01-01T00:00:00.000Z' }),
  },
  {
    invariant: 31,
    what: 'an answer of a read model that lacks the write that was asked for',
    viewReads: [{ tenant: 'acme', path: '/stats', ticket: 't1', version: 3, viewSequence: 2 }],
  },
]
