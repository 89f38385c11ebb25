import type { StackEvent } from 'embedded-aws/extension'
import type { Counter, RequestOutcome, SagaEnd } from '../../../console/wire.ts'
import { shortName } from '../short-name.ts'

/** What an event counts as. `outcome` is what the app's meaning says of it: a saga that was compensated ended well for Step Functions. */
export function counterOf(event: StackEvent, outcome: string): Counter {
  switch (event.kind) {
    case 'request':
      return `request ${outcomeOf(event)}`
    case 'message':
      return `queue ${shortName(event.queueName)} ${event.outcome}`
    case 'execution':
      return `saga ${shortName(event.machineName)} ${endOf(event.status, outcome)}`
    case 'failure':
    case 'mail':
      return event.kind
    default:
      return event satisfies never
  }
}

export function outcomeOf({ method, status, responseHeaders }: StackEvent & { kind: 'request' }): RequestOutcome {
  if (status >= 500) return 'failed'
  if (status >= 400) return 'refused'
  if (responseHeaders['idempotent-replayed'] === 'true') return 'replayed'
  return method === 'GET' ? 'read' : 'committed'
}

function endOf(status: string, outcome: string): SagaEnd {
  if (status === 'RUNNING') return 'began'
  if (status !== 'SUCCEEDED') return 'failed'
  return outcome === 'compensated' ? 'compensated' : 'completed'
}
