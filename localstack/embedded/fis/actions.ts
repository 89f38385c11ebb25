import { AwsError } from '../aws-error.ts'
import type { CallFault, FaultRuleInput, InvocationFault } from '../faults/rule.ts'

/** What an action does to its targets, by the rules of the faults. */
export interface Action {
  /** How its targets are called, and what they are; an action without has none. */
  target?: { name: 'Functions' | 'Roles'; resourceType: string }
  required: readonly string[]
  optional: readonly string[]
  durationMsMin: number
  /** The rules against one function; it throws for parameters that AWS refuses. */
  rules(parameters: Parameters): Rule[]
}

export type Parameters = Readonly<Record<string, string>>
/** A rule, still without its name and without the function that it is against. */
export type Rule = { probability: number } & (
  | { at: 'invocation'; fault: InvocationFault }
  | { at: 'call'; where: { service: string; operation: string }; fault: CallFault }
)

const functions = { name: 'Functions', resourceType: 'aws:lambda:function' } as const
const roles = { name: 'Roles', resourceType: 'aws:iam:role' } as const
const minute = 60_000
const durationMsMax = 12 * 60 * minute

/** API namespaces that there are here. AWS knows only `ec2` and `kinesis`, which are not. */
const services = ['dynamodb', 'sqs', 's3', 'states', 'ses', 'lambda']

const invocation = (fault: (parameters: Parameters) => InvocationFault) => (parameters: Parameters) => [
  {
    at: 'invocation',
    probability: percentage('invocationPercentage', parameters) / 100,
    fault: fault(parameters),
  } as const,
]

const injectedError = (fault: CallFault): Action => ({
  target: roles,
  required: ['duration', 'service', 'percentage', 'operations'],
  optional: [],
  durationMsMin: minute,
  rules(parameters) {
    const { service = '', operations = '' } = parameters
    if (!services.includes(service))
      throw invalid(`The parameter service is not supported: ${service}. Supported here: ${services.join(', ')}`)
    const probability = percentage('percentage', parameters) / 100
    return operations
      .split(',')
      .map((name) => name.trim())
      .map((operation) => {
        if (!/^[A-Za-z0-9]+$/.test(operation)) throw invalid(`The parameter operations is not valid: ${operations}`)
        return { at: 'call', probability, where: { service, operation }, fault }
      })
  },
})

/** The actions that are carried out here. Source: FIS user guide, "AWS FIS Actions reference". */
export const actions: Readonly<Record<string, Action>> = {
  'aws:fis:inject-api-internal-error': injectedError({ do: 'refuse', error: 'InternalServerError', status: 500 }),
  'aws:fis:inject-api-throttle-error': injectedError({ do: 'throttle' }),
  'aws:fis:inject-api-unavailable-error': injectedError({ do: 'refuse', error: 'ServiceUnavailable', status: 503 }),
  'aws:fis:wait': { required: ['duration'], optional: [], durationMsMin: minute, rules: () => [] },
  'aws:lambda:invocation-add-delay': {
    target: functions,
    required: ['duration'],
    optional: ['invocationPercentage', 'startupDelayMilliseconds'],
    durationMsMin: 1,
    rules: invocation((parameters) => ({
      do: 'delay',
      ms: whole('startupDelayMilliseconds', parameters.startupDelayMilliseconds ?? '1000', 0, 900_000),
    })),
  },
  'aws:lambda:invocation-error': {
    target: functions,
    required: ['duration', 'preventExecution'],
    optional: ['invocationPercentage'],
    durationMsMin: 1,
    rules: invocation((parameters) =>
      flag('preventExecution', parameters) ? { do: 'refuse', error: 'FaultInjected' } : { do: 'lose-answer' },
    ),
  },
  'aws:lambda:invocation-http-integration-response': {
    target: functions,
    required: ['duration', 'contentTypeHeader', 'preventExecution', 'statusCode'],
    optional: ['invocationPercentage'],
    durationMsMin: 1,
    rules: invocation((parameters) => ({
      do: 'answer',
      payload: {
        statusCode: whole('statusCode', parameters.statusCode ?? '', 0, 999),
        headers: { 'content-type': parameters.contentTypeHeader ?? '' },
        body: '',
      },
      run: !flag('preventExecution', parameters),
    })),
  },
}

/** Throws what AWS says of an action that it does not know, and names one that it knows and that is not carried out here. */
export function actionOf(actionId: string): Action {
  const action = Object.hasOwn(actions, actionId) ? actions[actionId] : undefined
  if (action) return action
  if (/^aws:(?!fis:|lambda:)[a-z0-9]+:[a-z0-9-]+$/.test(actionId))
    throw new AwsError('NotImplemented', `The embedded stack does not support the action ${actionId}.`, 501)
  throw invalid(`Invalid action ID: ${actionId}`)
}

/** Milliseconds of an ISO 8601 duration. Throws where the action does not take it. */
export function durationMs({ durationMsMin }: Action, text: string): number {
  const [whole, hours = 0, minutes = 0, seconds = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? []
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  if (whole === undefined || text === 'PT' || ms < durationMsMin || ms > durationMsMax)
    throw invalid(`The parameter duration is not valid: ${text}`)
  return ms
}

/** The rule against one function, under a name of its own. */
export function ruleAgainst(functionName: string, name: string, rule: Rule): FaultRuleInput {
  const shared = { name, probability: rule.probability }
  return rule.at === 'invocation'
    ? { ...shared, at: 'invocation', where: { function: functionName }, fault: rule.fault }
    : { ...shared, at: 'call', where: { ...rule.where, function: functionName }, fault: rule.fault }
}

function percentage(name: string, parameters: Parameters): number {
  return whole(name, parameters[name] ?? '100', 1, 100)
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw invalid(`The parameter ${name} is not valid: ${text}`)
}

function flag(name: string, parameters: Parameters): boolean {
  const text = parameters[name]
  if (text === 'true' || text === 'false') return text === 'true'
  throw invalid(`The parameter ${name} is not valid: ${text}`)
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message)
}
