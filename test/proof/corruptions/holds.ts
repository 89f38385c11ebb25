import { isStackHold } from '../../../tables/stack-hold.ts'
import { anyRow, type Corruption, ofType } from './corruption.ts'

const since = '2025-05-30T12:00:00.000Z'
const error = { name: 'StepHeld', message: 'mail: mail is held' }

export const holdCorruptions: readonly Corruption[] = [
  {
    invariant: 33,
    what: 'a hold that no event put',
    corrupt: (tamper) =>
      tamper.change('Tickets', ({ sk }) => sk === 'HOLDS', { holds: [{ dependency: 'mail', since, by: 'ada' }] }),
  },
  {
    invariant: 33,
    what: 'a saga that waits for a dependency that is not held',
    corrupt: (tamper) =>
      tamper.change('Sagas', anyRow, { state: 'running', held: { dependency: 'mail', since, token: 'T' } }),
  },
  {
    invariant: 33,
    what: 'a saga that was compensated because its dependency was held',
    corrupt: (tamper) =>
      tamper.change('Sagas', ({ state }) => state === 'compensated', {
        reason: error.message,
        t_150_held: { step: 'mail', action: 'do', startedAt: since, endedAt: since, outcome: 'failed', error },
      }),
  },
  {
    invariant: 33,
    what: 'a call while its dependency was held',
    async corrupt(tamper) {
      await tamper.remove('Events', ofType('settings.hold_released'))
      await tamper.change('Tickets', ({ sk }) => sk === 'HOLDS', {
        holds: [{ dependency: 'webhook:crm', since, by: 'ada' }],
      })
    },
  },
  {
    invariant: 33,
    what: 'a call while everything was held',
    corrupt: (tamper) => tamper.change('Runs', ({ step }) => step === 'released', { at: '2099-01-01T00:00:00.000Z' }),
  },
  {
    invariant: 33,
    what: 'a hold on everything that no operator ordered',
    corrupt: (tamper) => tamper.change('Tickets', isStackHold, { hold: { since, by: 'ada', reason: 'Unknown.' } }),
  },
  {
    invariant: 33,
    what: 'an order to hold everything that left no row',
    corrupt: (tamper) => tamper.remove('Tickets', isStackHold),
  },
  {
    invariant: 33,
    what: 'a change of the hold on everything that is missing in the ledger of runs',
    corrupt: (tamper) => tamper.remove('Runs', ({ step }) => step === 'held'),
  },
]
