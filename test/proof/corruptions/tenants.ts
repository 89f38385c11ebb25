import { agent } from '../../fixtures/api.ts'
import { anyRow, type Corruption, isHeader } from './corruption.ts'

export const tenantCorruptions: readonly Corruption[] = [
  {
    invariant: 26,
    what: 'a row stored under another tenant',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { tenant: 'globex' }),
  },
  {
    invariant: 26,
    what: 'an answer for another tenant',
    corrupt: (tamper) => tamper.change('RequestKeys', anyRow, { aggregate: 'TENANT#globex#TICKET#1' }),
  },
  {
    invariant: 28,
    what: 'a ticket that stays assigned to a deactivated user',
    corrupt: (tamper) =>
      tamper.change('Tickets', (row) => row.sk === 'USER' && row.id === agent.id, { status: 'deactivated' }),
  },
  {
    invariant: 1,
    what: 'a counter of requests that is none',
    corrupt: (tamper) => tamper.add('RateLimits', { pk: 'TENANT#acme#RATE#1', tenant: 'acme', taken: 'all' }),
  },
  {
    invariant: 1,
    what: 'the position of a sweep that is none',
    corrupt: (tamper) => tamper.add('SweepPositions', { pk: 'SWEEP#sweep-outbox', isRunning: 'yes' }),
  },
]
