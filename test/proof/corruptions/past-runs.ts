import type { Corruption } from './corruption.ts'

const begun = {
  pk: 'RUNS#subscriber views',
  sk: '2026-01-01T00:00:00.000Z#r1#000000000001',
  task: 'subscriber views',
  runId: 'r1',
  at: '2026-01-01T00:00:00.000Z',
  step: 'begun',
  by: 'command',
}
const ended = {
  ...begun,
  sk: '2026-01-01T00:00:00.000Z#r1#000000000002',
  at: '2026-01-01T00:01:00.000Z',
  step: 'ended',
  status: 'complete',
  handled: 1,
  counts: {},
}

export const pastRunCorruptions: readonly Corruption[] = [
  {
    invariant: 24,
    what: 'sagas that a backfill has started for events that were handled before',
    corrupt: (tamper) => tamper.add('Runs', { ...begun, handledUpTo: '2099-01-01T00:00:00.000Z' }),
  },
  {
    invariant: 24,
    what: 'a complete backfill that has left its position behind',
    async corrupt(tamper) {
      await tamper.add('Runs', begun)
      await tamper.add('Runs', ended)
      await tamper.add('SweepPositions', {
        pk: 'SWEEP#subscriber views Tickets',
        after: { pk: 'TENANT#acme#TICKET#1', sk: 'HEADER' },
        isRunning: false,
        revision: 'r',
      })
    },
  },
  {
    invariant: 1,
    what: 'an entry of the ledger of runs that is none',
    corrupt: (tamper) => tamper.add('Runs', { ...begun, step: 'paused' }),
  },
]
