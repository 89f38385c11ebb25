import type { Row } from '../../../tables/store.ts'
import { anyRow, type Corruption } from './corruption.ts'

export const sagaCorruptions: readonly Corruption[] = [
  {
    invariant: 14,
    what: 'a saga without progress',
    corrupt: (tamper) => tamper.change('Sagas', anyRow, { state: 'running', touchedAt: '2025-05-30T12:00:00.000Z' }),
  },
  {
    invariant: 14,
    what: 'a saga parked without a parking id',
    corrupt: (tamper) => tamper.change('Sagas', anyRow, { state: 'parked' }),
  },
  {
    invariant: 15,
    what: 'a completed saga with a step that was not done',
    corrupt: (tamper) => tamper.change('StepKeys', (row) => row.step === 'record', { state: 'tombstone' }),
  },
  {
    invariant: 15,
    what: 'a compensated saga with a step that was not undone',
    corrupt: (tamper) => tamper.change('Sagas', (row) => row.state === 'completed', { state: 'compensated' }),
  },
  {
    invariant: 15,
    what: 'a send counter that differs from the reservations',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.used !== undefined, { used: 500 }),
  },
  {
    invariant: 15,
    what: 'a send counter that is lost, and its reservations are not',
    corrupt: (tamper) => tamper.remove('Quotas', ({ pk }) => String(pk).endsWith('#SENDS')),
  },
  {
    invariant: 16,
    what: 'a compensated saga with a step that was never undone',
    corrupt: (tamper) => tamper.remove('StepKeys', (row) => row.step === 'budget' && row.state === 'undone'),
  },
  {
    invariant: 17,
    what: 'a fence that opened again',
    corrupt: (tamper) =>
      tamper.change('StepKeys', (row) => row.step === 'notice' && row.state === 'undone', { state: 'intent' }),
  },
  {
    invariant: 17,
    what: 'a do after its undo',
    corrupt: (tamper) => tamper.change('Sagas', isCompensated, { t_150_late: attemptOf('do', 'done') }),
  },
  {
    invariant: 18,
    what: 'an undo that ran twice',
    corrupt: (tamper) => tamper.change('Sagas', isCompensated, { t_150_again: attemptOf('undo', 'undone') }),
  },
  {
    invariant: 19,
    what: 'a recipient without a notification',
    corrupt: (tamper) => tamper.remove('Sagas', (row) => row.name === 'notification'),
  },
  {
    invariant: 19,
    what: 'two sagas for one purpose',
    corrupt: (tamper) => tamper.copy('Sagas', anyRow, { pk: 'TENANT#acme#SAGA#twin', id: 'twin' }),
  },
  {
    invariant: 19,
    what: 'a subscribed endpoint without a webhook saga',
    corrupt: (tamper) => tamper.remove('Sagas', (row) => row.name === 'webhook' && row.recipient === 'crm'),
  },
  {
    invariant: 19,
    what: 'a webhook saga for an endpoint that did not subscribe to the event',
    corrupt: (tamper) => tamper.change('Sagas', (row) => row.name === 'webhook', { eventId: 'of-another-type' }),
  },
]

function isCompensated(row: Row): boolean {
  return row.state === 'compensated' && row.name === 'notification'
}

/** A timeline entry. */
function attemptOf(action: string, outcome: string): Row {
  const at = '2025-06-02T12:00:00.000Z'
  return { step: 'notice', action, outcome, startedAt: at, endedAt: at }
}
