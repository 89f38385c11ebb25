import { comparisons, kinds, operatorOf } from './choice-rules.ts'
import type { Container, MapMode, Problem, State } from './definition.ts'
import {
  assign,
  type Catcher,
  type ChoiceState,
  type MapFields,
  type ParallelFields,
  type Retrier,
  type TaskState,
} from './definition-schema.ts'
import { isObject, type Json } from './json.ts'
import { parsePath } from './json-path.ts'

/** What the shape of its fields does not tell: rules between the fields of one state, and between states. */

type RawState = Exclude<State, { Type: 'Parallel' | 'Map' }> | ParallelFields | MapFields

export function checkState(state: RawState): string[] {
  switch (state.Type) {
    case 'Succeed':
      return []
    case 'Fail':
      return [...atMostOne(state, ['Error', 'ErrorPath']), ...atMostOne(state, ['Cause', 'CausePath'])]
    case 'Choice':
      return checkChoices(state)
    case 'Wait':
      return [...checkOnward(state), ...exactlyOne(state, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'])]
    case 'Pass':
      return checkOnward(state)
    case 'Parallel':
      return [...checkOnward(state), ...checkRecovery(state)]
    case 'Map':
      return [
        ...checkOnward(state),
        ...checkRecovery(state),
        ...exactlyOne(state, ['ItemProcessor', 'Iterator']),
        ...atMostOne(state, ['ItemSelector', 'Parameters']),
        ...atMostOne(state, ['MaxConcurrency', 'MaxConcurrencyPath']),
        ...atMostOne(state, ['ToleratedFailureCount', 'ToleratedFailureCountPath']),
        ...atMostOne(state, ['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath']),
      ]
    case 'Task':
      return [...checkOnward(state), ...checkRecovery(state), ...checkTimes(state)]
  }
}

const distributedOnly = [
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentage',
  'ToleratedFailurePercentagePath',
] as const

/** Source: Step Functions developer guide, "Using Map state in Distributed mode" and "in Inline mode": the fields of each. */
export function checkMapMode(
  state: MapFields,
  { Mode = 'INLINE', ExecutionType }: { Mode?: MapMode | undefined; ExecutionType?: string | undefined },
): string[] {
  if (Mode === 'DISTRIBUTED') return ExecutionType === undefined ? ['Mode DISTRIBUTED needs an ExecutionType'] : []
  const fields = distributedOnly.filter((field) => state[field] !== undefined)
  return [...fields, ...(ExecutionType === undefined ? [] : ['ExecutionType'])].map(
    (field) => `the field ${field} needs "Mode": "DISTRIBUTED" in the ProcessorConfig`,
  )
}

/** The rules of Retry and Catch: `States.ALL` stands alone and last; a delay's cap lies above its interval. */
function checkRecovery({
  Retry = [],
  Catch = [],
}: {
  Retry?: Retrier[] | undefined
  Catch?: Catcher[] | undefined
}): string[] {
  const all = (entries: { ErrorEquals: string[] }[], field: string) =>
    entries.flatMap(({ ErrorEquals }, index) =>
      ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || index < entries.length - 1)
        ? [`States.ALL must stand alone and in the last entry of ${field}`]
        : [],
    )
  const delays = Retry.flatMap(({ MaxDelaySeconds, IntervalSeconds = 1 }) =>
    MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds
      ? ['MaxDelaySeconds must be greater than IntervalSeconds']
      : [],
  )
  return [...all(Retry, 'Retry'), ...all(Catch, 'Catch'), ...delays]
}

/** Every transition leads to a state of its own level, every state can be reached, and some state ends. */
export function checkContainer(container: Container, location: string): Problem[] {
  const problem = (message: string): Problem => ({ kind: 'invalid', location, message })
  const missing = (from: string, to: string) =>
    container.states.has(to) ? [] : [problem(`${from} leads to ${to}, which is not a state of this level`)]
  const problems = missing('StartAt', container.startAt)
  for (const [name, state] of container.states) problems.push(...targets(state).flatMap((to) => missing(name, to)))
  const reached = reachable(container)
  for (const name of container.states.keys())
    if (!reached.has(name)) problems.push(problem(`the state ${name} cannot be reached`))
  if (![...container.states.values()].some(endsHere)) problems.push(problem('no state ends the execution'))
  return problems
}

function endsHere(state: State): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true)
}

function reachable(container: Container): Set<string> {
  const reached = new Set<string>()
  const open = [container.startAt]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = container.states.get(name)
    if (!state || reached.has(name)) continue
    reached.add(name)
    open.push(...targets(state))
  }
  return reached
}

function targets(state: State): string[] {
  const next = 'Next' in state && state.Next !== undefined ? [state.Next] : []
  const caught = 'Catch' in state ? (state.Catch ?? []).map((catcher) => catcher.Next) : []
  if (state.Type !== 'Choice') return [...next, ...caught]
  const chosen = state.Choices.map((rule) => String(rule.Next))
  return state.Default === undefined ? chosen : [...chosen, state.Default]
}

function checkOnward(state: { Next?: string | undefined; End?: boolean | undefined }): string[] {
  return (state.Next !== undefined) === (state.End === true) ? ['exactly one of Next and "End": true is needed'] : []
}

function checkTimes(state: TaskState): string[] {
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state
  return [
    ...atMostOne(state, ['TimeoutSeconds', 'TimeoutSecondsPath']),
    ...atMostOne(state, ['HeartbeatSeconds', 'HeartbeatSecondsPath']),
    ...(timeout !== undefined && heartbeat !== undefined && heartbeat >= timeout
      ? ['HeartbeatSeconds must be less than TimeoutSeconds']
      : []),
  ]
}

function checkChoices(state: ChoiceState): string[] {
  return state.Choices.flatMap((rule) => [
    ...(typeof rule.Next === 'string' ? [] : ['every choice needs Next']),
    ...(assign
      .optional()
      .safeParse(rule.Assign)
      .error?.issues.map((issue) => `Assign: ${issue.message}`) ?? []),
    ...checkRule(rule),
  ])
}

function checkRule(rule: { [member: string]: Json }, inner = false): string[] {
  if (inner && 'Next' in rule) return ['a rule inside And, Or or Not has no Next']
  const fixed = ['Variable', 'Next', 'Comment', 'Assign']
  const others = Object.keys(rule).filter((key) => !fixed.includes(key))
  if (others.length !== 1) return ['a choice rule has exactly one comparison']
  const operator = operatorOf(rule)
  const value = rule[operator]
  if (operator === 'And' || operator === 'Or') {
    if (!Array.isArray(value) || value.length === 0) return [`${operator} holds a list of rules`]
    return value.flatMap((part) => (isObject(part) ? checkRule(part, true) : [`${operator} holds a list of rules`]))
  }
  if (operator === 'Not') return isObject(value) ? checkRule(value, true) : ['Not holds a rule']
  return [...checkPath(rule.Variable, 'Variable'), ...checkComparison(operator, value)]
}

function checkComparison(operator: string, value: Json | undefined): string[] {
  if (operator === 'IsPresent' || kinds.has(operator))
    return typeof value === 'boolean' ? [] : [`${operator} takes true or false`]
  if (operator === 'StringMatches') return typeof value === 'string' ? [] : ['StringMatches takes a string']
  if (comparisons.has(operator))
    return literalKind(operator) === typeof value ? [] : [`${operator} takes a ${literalKind(operator)}`]
  if (operator.endsWith('Path') && comparisons.has(operator.slice(0, -'Path'.length))) return checkPath(value, operator)
  return [`unknown comparison ${operator}`]
}

function literalKind(operator: string): string {
  if (operator.startsWith('Numeric')) return 'number'
  return operator.startsWith('Boolean') ? 'boolean' : 'string'
}

function checkPath(value: Json | undefined, field: string): string[] {
  if (typeof value !== 'string') return [`${field} takes a path`]
  try {
    parsePath(value)
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

function exactlyOne(state: object, fields: string[]): string[] {
  const count = present(state, fields)
  return count === 1 ? [] : [`exactly one of ${fields.join(', ')} is needed`]
}

function atMostOne(state: object, fields: string[]): string[] {
  return present(state, fields) > 1 ? [`only one of ${fields.join(', ')} may be there`] : []
}

function present(state: object, fields: string[]): number {
  return fields.filter((field) => (state as Record<string, unknown>)[field] !== undefined).length
}
