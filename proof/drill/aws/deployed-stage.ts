import type { TableName } from '../../../tables/store.ts'

/** What a stage is made of, as far as a restore touches it: names from its synthesized templates. */
export interface DeployedStage {
  stage: string
  /** The tables of the set in use. */
  tables: Record<TableName, { name: string; logicalId: string; ttl?: string; stream?: string }>
  /** The functions, with the concurrency that is reserved for each. */
  functions: { name: string; reserved?: number }[]
  queues: string[]
  stateMachines: string[]
  /** The buckets of attachments and of archived events: a restore reads them. They keep the names when tables are replaced. */
  buckets: { attachments: string; archive: string }
  isDeletionProtected: boolean
}

type Template = { Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }> }

/** Where a stage is deployed. */
export interface Place {
  account: string
  region: string
}

/** Reads the templates of all stacks of a stage. Throws `Error` on a table without a stored shape, or without a bucket. */
export function deployedStage(
  stage: string,
  templates: readonly Template[],
  place: Place,
  tableNames: readonly TableName[],
  kebabName: (table: TableName) => string,
): DeployedStage {
  const resources = templates.flatMap(({ Resources }) =>
    Object.entries(Resources).map(([logicalId, { Type, Properties = {} }]) => ({ logicalId, Type, Properties })),
  )
  const of = (type: string) => resources.filter(({ Type }) => Type === type)
  const names = (type: string, property: string) => of(type).map(({ Properties }) => String(Properties[property]))
  const tables = tableNames.map((table) => {
    const prefix = `steadfast-${stage}-${kebabName(table)}`
    const found = of('AWS::DynamoDB::Table').find(({ Properties }) => isNamed(String(Properties.TableName), prefix))
    if (!found) throw new Error(`the templates have no table ${prefix}`)
    const {
      TableName: name,
      TimeToLiveSpecification,
      StreamSpecification,
      DeletionProtectionEnabled,
    } = found.Properties
    const ttl = (TimeToLiveSpecification as { AttributeName: string } | undefined)?.AttributeName
    const stream = (StreamSpecification as { StreamViewType: string } | undefined)?.StreamViewType
    const isProtected = DeletionProtectionEnabled === true
    return {
      table,
      isProtected,
      deployed: { name: String(name), logicalId: found.logicalId, ...(ttl && { ttl }), ...(stream && { stream }) },
    }
  })
  const bucket = (name: string) => {
    const names = of('AWS::S3::Bucket').map(({ Properties }) => resolved(Properties.BucketName, place))
    const found = names.find((each) => each === `steadfast-${stage}-${name}-${place.account}-${place.region}`)
    if (!found) throw new Error(`the templates have no bucket ${name}`)
    return found
  }
  return {
    stage,
    buckets: { attachments: bucket('attachments'), archive: bucket('archive') },
    tables: Object.fromEntries(tables.map(({ table, deployed }) => [table, deployed])) as DeployedStage['tables'],
    functions: of('AWS::Lambda::Function').map(
      ({ Properties: { FunctionName, ReservedConcurrentExecutions: reserved } }) => ({
        name: String(FunctionName),
        ...(typeof reserved === 'number' && { reserved }),
      }),
    ),
    queues: names('AWS::SQS::Queue', 'QueueName'),
    stateMachines: names('AWS::StepFunctions::StateMachine', 'StateMachineName'),
    isDeletionProtected: tables.some(({ isProtected }) => isProtected),
  }
}

/** A name that CloudFormation joins from account and region. */
function resolved(value: unknown, { account, region }: Place): string {
  const { 'Fn::Join': join, Ref: ref } = (typeof value === 'object' && value !== null ? value : {}) as {
    'Fn::Join'?: [string, unknown[]]
    Ref?: string
  }
  if (ref) return { 'AWS::AccountId': account, 'AWS::Region': region }[ref] ?? ref
  return join ? join[1].map((part) => resolved(part, { account, region })).join(join[0]) : String(value)
}

/** The name itself, or with the name of a set behind it: `steadfast-dev-views` is not `steadfast-dev-views-x-y`. */
function isNamed(name: string, prefix: string): boolean {
  return name === prefix || (name.startsWith(`${prefix}-`) && !name.slice(prefix.length + 1).includes('-'))
}
