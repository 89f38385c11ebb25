import type { CallFault, FaultRuleInput } from 'embedded-aws/faults'
import type { Fault } from '../../proof/outcomes/fault-injector.ts'
import type { MatrixCase } from './case.ts'

/**
 * The rules that inject the fault of a case into a whole stack. Most faults are injected into one call: the transaction with the step's
 * fence, or the step's call to another service. Throttling and duplicates are injected into the invocation of the step's task. Empty when
 * the endpoint itself must fail.
 */
export function faultRules(testCase: MatrixCase): FaultRuleInput[] {
  const { harness, injected, tenant } = testCase
  const { step, action, fault, isPersistent } = injected
  const count = isPersistent ? {} : { times: 1 }
  const functionName = `*-run-${harness.saga.name}-step`
  if (fault === 'throttled' || fault === 'duplicate') {
    const key = [tenant, action === 'undo' ? 'resolve-pivot' : 'do', stepInTask(testCase)]
    const where = { function: functionName, key }
    const invocationFault =
      fault === 'throttled' ? ({ do: 'throttle' } as const) : ({ do: 'repeat', atOnce: true } as const)
    return [{ name: tenant, at: 'invocation', where, fault: invocationFault, ...count }]
  }
  if (step === 'deliver') return deliveryRules(testCase, functionName)
  const { service, ...where } = effectCall(testCase)
  const callRule = { name: tenant, at: 'call', fault: callFault(fault, service), ...count } as const
  return [{ ...callRule, where: { service, function: functionName, ...where } }]
}

/** Matches calls of an AWS API. */
type CallPattern = FaultRuleInput['where'] & { service: string }

/** The call that is the effect of the case's step. */
function effectCall({ injected: { step, action }, tenant }: MatrixCase): CallPattern {
  const deletion = (folder: string) => ({ service: 's3', operation: 'DeleteObject', key: `${folder}/${tenant}/*` })
  switch (`${action} ${step}`) {
    case 'do mail':
      return { service: 'ses', operation: 'SendRawEmail', key: `*${tenant}*` }
    case 'do promote':
      return { service: 's3', operation: 'CopyObject', key: `clean/${tenant}/*` }
    case 'undo promote':
    case 'do delete':
      return deletion('clean')
    case 'do clean':
    case 'undo upload':
      return deletion('quarantine')
    default:
      return fenceWrite(tenant, step, { wait: 'intent', do: 'done', undo: 'undone' }[action])
  }
}

/**
 * The transaction that writes the step's fence in this state. One that only lets the fence expire has no attribute with the step's name.
 */
function fenceWrite(tenant: string, step: string, state: string): CallPattern {
  return { service: 'dynamodb', operation: 'TransactWriteItems', key: [tenant, `STEP#${step}`, step, state] }
}

/** Longer than any caller waits for an answer. */
const timeoutMs = 120_000

function callFault(fault: Exclude<Fault, 'throttled' | 'duplicate'>, service: string): CallFault {
  switch (fault) {
    case 'error':
      return { do: 'refuse', ...refusals[service as keyof typeof refusals] }
    case 'timeout':
      return { do: 'time-out', ms: timeoutMs }
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

/** Errors that the SDK does not retry, and that do not refuse the message itself. */
const refusals = {
  dynamodb: { error: 'ValidationException', status: 400 },
  s3: { error: 'AccessDenied', status: 403 },
  ses: { error: 'AccountSendingPausedException', status: 400 },
}

/**
 * A message to an endpoint does not pass the edge. Crashes are injected into the calls around it: before it, the function writes the
 * intent (once) and reads the endpoint's address (on each attempt); after it, the function writes that the step is done.
 */
function deliveryRules(
  { injected: { fault, isPersistent }, tenant }: MatrixCase,
  functionName: string,
): FaultRuleInput[] {
  const count = isPersistent ? {} : { times: 1 }
  const at = (call: CallPattern) => ({ at: 'call', where: { ...call, function: functionName } }) as const
  const kill = (moment: 'before' | 'after') => ({ do: 'kill', what: 'function', moment }) as const
  const endpointRead = { service: 'dynamodb', operation: 'TransactGetItems', key: [`TENANT#${tenant}#*`, 'WEBHOOK#*'] }
  switch (fault) {
    case 'crash before':
      return [
        { name: tenant, ...at(fenceWrite(tenant, 'deliver', 'intent')), fault: kill('after'), ...count },
        ...(isPersistent ? [{ name: `${tenant}-again`, ...at(endpointRead), fault: kill('after'), from: 2 }] : []),
      ]
    case 'crash after':
      return [{ name: tenant, ...at(fenceWrite(tenant, 'deliver', 'done')), fault: kill('before'), ...count }]
    default:
      return []
  }
}

/** A step that the payload of the case's task names, and that of no other task. */
function stepInTask({ injected: { step, action } }: MatrixCase): string {
  if (action === 'wait') return 'quota'
  // The task that opens the wait for the upload names that step too.
  return action === 'do' && step === 'upload' ? 'inspect' : step
}
