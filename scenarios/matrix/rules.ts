import type { CallFault, FaultRuleInput } from '../../localstack/embedded/faults/rule.ts'
import type { Fault } from '../../proof/outcomes/fault-injector.ts'
import type { Case } from './case.ts'

/**
 * What a fault is on a whole stack: at the step's transaction, known by its fence, or at its call to something outside; a function that
 * is throttled or called twice is so for the whole task. Nothing here knows how a step is made, only where it can be seen.
 */
export function rulesFor(one: Case): FaultRuleInput[] {
  const { harness, injected, tenant } = one
  const { step, action, fault, isPersistent } = injected
  const which = isPersistent ? {} : { times: 1 }
  const fn = `*-run-${harness.saga.name}-step`
  if (fault === 'throttled' || fault === 'duplicate') {
    const where = { function: fn, key: [tenant, action === 'undo' ? 'resolve-pivot' : 'do', taskMark(one)] }
    const does = fault === 'throttled' ? ({ do: 'throttle' } as const) : ({ do: 'repeat', atOnce: true } as const)
    return [{ name: tenant, at: 'invocation', where, fault: does, ...which }]
  }
  const { service, ...where } = placeOf(one)
  const rule = { name: tenant, at: 'call', fault: callFault(fault, service), ...which } as const
  if (step === 'deliver') return deliveryRules(one, fn)
  return [{ ...rule, where: { service, function: fn, ...where } }]
}

/** A call of an AWS API. */
type Place = FaultRuleInput['where'] & { service: string }

/** Where a step's effect can be seen. */
function placeOf({ injected: { step, action }, tenant }: Case): Place {
  const call = `${action} ${step}`
  const copied = { service: 's3', operation: 'CopyObject', key: `clean/${tenant}/*` }
  const removed = (folder: string) => ({ service: 's3', operation: 'DeleteObject', key: `${folder}/${tenant}/*` })
  switch (call) {
    case 'do mail':
      return { service: 'ses', operation: 'SendRawEmail', key: `*${tenant}*` }
    case 'do promote':
      return copied
    case 'undo promote':
      return removed('clean')
    case 'do clean':
    case 'undo upload':
      return removed('quarantine')
    default:
      return fence(tenant, step, { wait: 'intent', do: 'done', undo: 'undone' }[action])
  }
}

function fence(tenant: string, step: string, state: string): Place {
  return { service: 'dynamodb', operation: 'TransactWriteItems', key: [tenant, `STEP#${step}`, state] }
}

/** Longer than anyone waits for an answer. */
const silenceMs = 120_000

function callFault(fault: Exclude<Fault, 'throttled' | 'duplicate'>, service: string): CallFault {
  switch (fault) {
    case 'error':
      return { do: 'refuse', ...refusals[service as keyof typeof refusals] }
    case 'timeout':
      return { do: 'time-out', ms: silenceMs }
    case 'answer lost':
      return { do: 'lose-answer' }
    case 'late':
      return { do: 'hold' }
    case 'crash before':
      return { do: 'kill', what: 'function', moment: 'before' }
    case 'crash after':
      return { do: 'kill', what: 'function', moment: 'after' }
    default:
      return fault satisfies never
  }
}

/** Errors that SDKs don't try again by themselves, and that say nothing about the message. */
const refusals = {
  dynamodb: { error: 'ValidationException', status: 400 },
  s3: { error: 'AccessDenied', status: 403 },
  ses: { error: 'AccountSendingPausedException', status: 400 },
}

/**
 * No edge sees a message to an endpoint, but what the function does before and after it: it writes down its intent once and reads where
 * the endpoint is each time; it writes down that it is done.
 */
function deliveryRules({ injected: { fault, isPersistent }, tenant }: Case, fn: string): FaultRuleInput[] {
  const which = isPersistent ? {} : { times: 1 }
  const at = (place: Place) => ({ at: 'call', where: { ...place, function: fn } }) as const
  const kill = (moment: 'before' | 'after') => ({ do: 'kill', what: 'function', moment }) as const
  const endpointRead = { service: 'dynamodb', operation: 'TransactGetItems', key: [`TENANT#${tenant}#*`, 'WEBHOOK#*'] }
  switch (fault) {
    case 'crash before':
      return [
        { name: tenant, ...at(fence(tenant, 'deliver', 'intent')), fault: kill('after'), ...which },
        ...(isPersistent ? [{ name: `${tenant}-again`, ...at(endpointRead), fault: kill('after'), from: 2 }] : []),
      ]
    case 'crash after':
      return [{ name: tenant, ...at(fence(tenant, 'deliver', 'done')), fault: kill('before'), ...which }]
    default:
      return []
  }
}

/** A step that is in the task that this is about, and in no other one beside it. */
function taskMark({ injected: { step, action } }: Case): string {
  if (action === 'wait') return 'quota'
  // The wait for the upload is named in another task.
  return action === 'do' && step === 'upload' ? 'inspect' : step
}
