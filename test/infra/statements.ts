import type { StageName } from '../../infra/stages.ts'
import { type Resource, resourcesOf } from './synthesized.ts'

/** One allowed action of a function or machine, on one resource. */
export interface Grant {
  /** The role's name without `steadfast-<stage>-`, which is the function's. */
  role: string
  action: string
  /** The resource as the template spells it, as JSON text. */
  resource: string
}

interface Statement {
  Effect: string
  Action?: string | string[]
  NotAction?: unknown
  Resource?: unknown
  NotResource?: unknown
}

/** Everything that any policy of the stage allows, whether it stands in a role or beside it. */
export function grantsOf(stage: StageName): Grant[] {
  const prefix = `steadfast-${stage}-`
  return resourcesOf(stage)
    .flatMap(policiesOf)
    .flatMap(({ role, statement }) => {
      if (statement.Effect !== 'Allow') return []
      if (statement.NotAction ?? statement.NotResource) throw new Error(`${role} allows by exclusion`)
      return list(statement.Action).flatMap((action) =>
        list(statement.Resource).map((resource) => ({
          role: role.replace(prefix, ''),
          action: String(action),
          resource: JSON.stringify(resource),
        })),
      )
    })
}

function policiesOf({ id, Type, Properties }: Resource): { role: string; statement: Statement }[] {
  const statementsIn = (document: unknown) => (document as { Statement: Statement[] }).Statement
  const beside = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy', 'AWS::IAM::UserPolicy']
  if (beside.includes(Type))
    return statementsIn(Properties.PolicyDocument).map((statement) => ({ role: id, statement }))
  if (Type !== 'AWS::IAM::Role') return []
  const inline = (Properties.Policies ?? []) as { PolicyDocument: unknown }[]
  return inline
    .flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument))
    .map((statement) => ({ role: String(Properties.RoleName ?? id), statement }))
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}
