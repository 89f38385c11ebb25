import { isDelivery } from '../../../tables/deliveries.ts'
import type { Corruption } from './corruption.ts'

export const noticeCorruptions: readonly Corruption[] = [
  {
    invariant: 22,
    what: 'a notice that should have been withdrawn',
    corrupt: (tamper) =>
      tamper.change('StepKeys', (row) => row.step === 'notice' && row.state === 'done', { state: 'undone' }),
  },
  {
    invariant: 22,
    what: 'two notices of one event',
    corrupt: (tamper) =>
      tamper.copy('Notices', (row) => !isDelivery(row), { sk: '20260101-twin', id: '20260101-twin' }),
  },
  {
    invariant: 22,
    what: 'a delivery without a saga',
    corrupt: (tamper) => tamper.change('Notices', isDelivery, { sk: '20260301T110000000Z-nobody' }),
  },
  {
    invariant: 22,
    what: 'a completed webhook saga without its delivery',
    corrupt: (tamper) => tamper.remove('Notices', isDelivery),
  },
  {
    invariant: 22,
    what: 'two deliveries of one event to one endpoint',
    corrupt: (tamper) => tamper.change('Notices', isDelivery, { seq: 1 }, 2),
  },
  { invariant: 22, what: 'a mail that the mail sink lost', mails: (sent) => sent.slice(1) },
  {
    invariant: 22,
    what: "a mail under an id that is no saga's",
    mails: (sent) => [...sent, { steadfastId: 'unknown', to: ['ann@example.com'] }],
  },
  {
    invariant: 22,
    what: 'one mail to two people',
    mails: (sent) => [...sent, ...sent.slice(0, 1).map((mail) => ({ ...mail, to: ['eve@example.com'] }))],
  },
  {
    invariant: 22,
    what: 'a mail of a saga that was rolled back',
    corrupt: (tamper) =>
      tamper.change('StepKeys', (row) => row.step === 'mail' && row.state === 'done', { state: 'tombstone' }, 4),
  },
]
