import { type Resource, readable, resourcesOf, shortName, type Variant } from './synthesized.ts'

/** One allowed action of a role on one resource. */
export interface Grant {
  /** The role's name without `steadfast-<stage>-`: for a function's role, the function's name. */
  role: string
  action: string
  /** The resource as `readable` prints it. */
  resource: string
  /** The condition of the statement as JSON, or empty. */
  condition: string
}

interface Statement {
  Effect: string
  Action?: string | string[]
  NotAction?: unknown
  Resource?: unknown
  NotResource?: unknown
  Condition?: unknown
}

/** Every action that the roles of a stage allow. Throws `Error` on a policy that could hide one. */
export function grantsOf(stage: Variant): Grant[] {
  return resourcesOf(stage)
    .filter(({ Type }) => Type.startsWith('AWS::IAM::') && Type !== operatorsPolicy)
    .flatMap((resource) => statementsOf(resource).flatMap((statement) => grantsIn(statement, shortName(resource))))
}

/** The policy of operators has a type of its own, as a stage attaches it to nobody. */
const operatorsPolicy = 'AWS::IAM::ManagedPolicy'

/** Every action that the policies for operators allow. Throws `Error` on one that somebody has as soon as it is deployed. */
export function operatorGrantsOf(stage: Variant): Grant[] {
  return resourcesOf(stage, operatorsPolicy).flatMap((resource) => {
    const { PolicyDocument, Roles, Users, Groups } = resource.Properties
    if (Roles ?? Users ?? Groups) throw new Error(`${resource.id} is attached to somebody`)
    const { Statement } = PolicyDocument as { Statement: Statement[] }
    return Statement.flatMap((statement) => grantsIn(statement, shortName(resource)))
  })
}

function statementsOf({ id, Type, Properties }: Resource): Statement[] {
  // A policy beside the role would be missed by a reader of the role.
  if (Type !== 'AWS::IAM::Role') throw new Error(`${id} is a ${Type}: policies belong into their role`)
  const policies = (Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

function grantsIn({ Effect, Action, NotAction, Resource, NotResource, Condition }: Statement, role: string): Grant[] {
  if (Effect !== 'Allow') return []
  if (NotAction ?? NotResource) throw new Error(`${role} allows everything with exceptions: name what it may do`)
  const condition = Condition ? JSON.stringify(Condition) : ''
  return list(Action).flatMap((action) =>
    list(Resource).map((resource) => ({ role, action: String(action), resource: readable(resource), condition })),
  )
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}
