import definitions from 'saga-definitions'
import type { Operator } from '../operator-api/operator.ts'
import { listsFrom } from '../operator-api/operator-source.ts'
import type { Saga } from '../wire-saga.ts'
import { pulse } from './pulse.ts'
import { sagaRun } from './saga-run.ts'
import { session } from './session.ts'

/** The operator API as the token's bearer may use it: that token names the tenant, whatever an address says. */
export const apiOperator = (tenant: string): Operator => ({
  tenant,
  source: {
    ...listsFrom((_tenant, path) => session.ask(path)),
    async saga({ id }) {
      const answer = await session.ask<Saga>(`/sagas/${encodeURIComponent(id)}`)
      return answer.status === 'there' ? { status: 'there', value: sagaRun(answer.value, definitions) } : answer
    },
    send: (_tenant, command) => session.send(command),
  },
  listPulse: pulse,
  sagaPulse: pulse,
  ticketPlace: (id) => ({ page: 'ticket', details: [id] }),
  stack: undefined,
})
