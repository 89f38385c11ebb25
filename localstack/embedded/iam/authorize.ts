import type { PolicyStatement } from '../ports.ts'
import { type ConditionContext, conditionsHold } from './conditions.ts'
import { matches } from './pattern.ts'

/** One permission that a call needs. */
export interface AccessRequest {
  /** Such as `dynamodb:PutItem`. */
  action: string
  /** ARNs of which one must be allowed: most calls name exactly one. */
  resources: readonly string[]
  context: ConditionContext
}

/** `no-allow`: nothing allows it. `explicit-deny`: a statement forbids it, whatever allows it. */
export type Decision = 'allowed' | 'no-allow' | 'explicit-deny'

/**
 * IAM's evaluation of identity policies: a Deny that applies decides, else an Allow, else no. Pure.
 * Throws for conditions and policy variables that are not supported.
 */
export function authorize(statements: readonly PolicyStatement[], request: AccessRequest): Decision {
  const applying = statements.filter((statement) => applies(statement, request))
  if (applying.some((statement) => statement.effect === 'Deny')) return 'explicit-deny'
  return applying.length > 0 ? 'allowed' : 'no-allow'
}

/** Throws for the first statement that can't be evaluated, so that a role is refused at the start, not at its first call. */
export function checkStatements(statements: readonly PolicyStatement[]): void {
  for (const { conditions, resources, notResources } of statements) {
    conditionsHold(withEvaluatedKeys(conditions), {})
    const variable = [...resources, ...(notResources ?? [])].find((arn) => arn.includes('${'))
    if (variable !== undefined)
      throw new Error(`IAM policy variable in ${variable} is not supported by the embedded stack`)
  }
}

/** Each operator by itself, because evaluation stops at the first one that does not hold. */
function withEvaluatedKeys(conditions: PolicyStatement['conditions']): PolicyStatement['conditions'] {
  for (const [operator, keys] of Object.entries(conditions ?? {})) {
    for (const [key, value] of Object.entries(keys)) conditionsHold({ [operator]: { [key]: value } }, {})
  }
  return undefined
}

/**
 * Why the decision is not `allowed`, for the developer: the statement that forbids the request, or the one that comes nearest to allowing
 * it and what it lacks.
 */
export function explainRefusal(statements: readonly PolicyStatement[], request: AccessRequest): string {
  const { action, resources, context } = request
  const denying = statements.find((statement) => statement.effect === 'Deny' && applies(statement, request))
  if (denying) return `a statement denies it: ${describe(denying)}`
  const allows = statements.filter(({ effect }) => effect === 'Allow')
  const onResource = (statement: PolicyStatement) => resources.some((resource) => matchesResource(statement, resource))
  const unmet = allows.find((statement) => matchesAction(statement, action) && onResource(statement))
  if (unmet)
    return `the statement ${describe(unmet)} allows it only under ${JSON.stringify(unmet.conditions)}; the call has ${JSON.stringify(context)}`
  const elsewhere = allows.find((statement) => matchesAction(statement, action))
  if (elsewhere) return `the statement ${describe(elsewhere)} lacks the resource ${resources[0]}`
  const other = allows.find(onResource)
  if (other) return `the statement ${describe(other)} lacks the action ${action}`
  return `no statement names the action ${action} or the resource ${resources[0]}`
}

function describe({ effect, actions, notActions, resources, notResources }: PolicyStatement): string {
  const what = notActions?.length ? `all but ${notActions.join(', ')}` : actions.join(', ')
  const where = notResources?.length ? `all but ${notResources.join(', ')}` : resources.join(', ')
  return `"${effect} ${what} on ${where}"`
}

function applies(statement: PolicyStatement, { action, resources, context }: AccessRequest): boolean {
  return (
    matchesAction(statement, action) &&
    resources.some((resource) => matchesResource(statement, resource)) &&
    conditionsHold(statement.conditions, context)
  )
}

function matchesAction({ actions, notActions }: PolicyStatement, action: string): boolean {
  const one = (pattern: string) => matches(pattern.toLowerCase(), action.toLowerCase())
  return notActions && notActions.length > 0 ? !notActions.some(one) : actions.some(one)
}

function matchesResource({ resources, notResources }: PolicyStatement, resource: string): boolean {
  const one = (pattern: string) => matches(pattern, resource)
  return notResources && notResources.length > 0 ? !notResources.some(one) : resources.some(one)
}
