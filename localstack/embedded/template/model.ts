/**
 * What the assembly describes, intrinsics resolved: the embedded stack is built from this and from nothing else.
 * Names are physical names; `path` is the construct path, for messages.
 */
import type { TableProperties } from '../dynamodb/tables.ts'
import type { PolicyStatement } from '../ports.ts'
import type { LifecycleRule } from '../s3/lifecycle.ts'

export interface StackModel {
  tables: TableModel[]
  queues: QueueModel[]
  buckets: BucketModel[]
  roles: RoleModel[]
  functions: FunctionModel[]
  functionVersions: FunctionVersionModel[]
  functionAliases: FunctionAliasModel[]
  asyncInvokeConfigs: AsyncInvokeConfigModel[]
  permissions: PermissionModel[]
  eventSourceMappings: EventSourceMappingModel[]
  schedules: ScheduleModel[]
  eventRules: EventRuleModel[]
  stateMachines: StateMachineModel[]
  restApis: RestApiModel[]
  ssmParameters: SsmParameterModel[]
  emailIdentities: string[]
  /** Outputs by stack, as `cdk deploy --outputs-file` writes them. */
  outputs: Record<string, Record<string, string>>
}

export interface TableModel {
  path: string
  arn: string
  /** What of the resource's properties takes effect, with the physical name. */
  properties: TableProperties
}

export interface QueueModel {
  path: string
  name: string
  arn: string
  /** Attributes as SQS's CreateQueue takes them. */
  attributes: Record<string, string>
}

export interface BucketModel {
  path: string
  name: string
  arn: string
  notifications: BucketNotificationModel[]
  isVersioned: boolean
  objectLock?: { retention?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number } | undefined } | undefined
  lifecycle: LifecycleRule[]
}

/** Which function hears of which events (`s3:ObjectCreated:*`) of objects with these beginnings and ends. */
export interface BucketNotificationModel {
  event: string
  functionRef: string
  prefix: string
  suffix: string
}

export interface RoleModel {
  path: string
  name: string
  arn: string
  /** Service principals that may take this role. */
  services: string[]
  statements: PolicyStatement[]
}

export interface FunctionModel {
  path: string
  name: string
  arn: string
  /** Folder with the bundle, as it would be zipped. */
  codeDir: string
  handler: string
  runtime: string
  environment: Record<string, string>
  timeoutSeconds: number
  memoryMb: number
  roleName: string
  reservedConcurrency?: number
}

export interface FunctionVersionModel {
  path: string
  logicalId: string
  functionName: string
  version: string
  arn: string
}

export interface FunctionAliasModel {
  path: string
  functionName: string
  name: string
  version: string
  arn: string
}

export interface AsyncInvokeConfigModel {
  path: string
  functionName: string
  maximumRetryAttempts: number
  maximumEventAgeSeconds: number
  onFailureArn?: string
}

export interface PermissionModel {
  path: string
  functionRef: string
  principal: string
  sourceArn?: string
}

/** Left out members have AWS's default for the kind of source. */
export interface EventSourceMappingModel {
  path: string
  /** Stable across restarts. */
  id: string
  functionRef: string
  source: { kind: 'dynamodb-stream'; tableName: string } | { kind: 'sqs'; queueName: string }
  eventSourceArn: string
  batchSize?: number
  maximumBatchingWindowSeconds?: number
  startingPosition?: 'TRIM_HORIZON' | 'LATEST'
  filterPatterns: string[]
  reportBatchItemFailures: boolean
  maximumRetryAttempts?: number
  maximumRecordAgeSeconds?: number
  bisectBatchOnFunctionError: boolean
  maximumConcurrency?: number
  onFailureArn?: string
  enabled: boolean
}

export interface ScheduleModel {
  path: string
  name: string
  arn: string
  /** `rate(…)` or `cron(…)`. */
  expression: string
  enabled: boolean
  targets: { id: string; arn: string; input?: string }[]
}

/** A rule of the default event bus that takes events by their pattern. */
export interface EventRuleModel {
  path: string
  name: string
  arn: string
  /** JSON text. */
  pattern: string
  enabled: boolean
  targets: { id: string; arn: string }[]
}

export interface StateMachineModel {
  path: string
  name: string
  arn: string
  /** Amazon States Language as JSON text. */
  definition: string
  roleArn: string
  type: 'STANDARD' | 'EXPRESS'
}

export interface RestApiModel {
  path: string
  id: string
  name: string
  stages: { name: string; variables: Record<string, string> }[]
  methods: RestMethodModel[]
  gatewayResponses: GatewayResponseModel[]
  /** Content types whose bodies travel as base64. */
  binaryMediaTypes: string[]
}

export interface RestMethodModel {
  path: string
  /** `/tickets/{ticketId}`, `/` for the root. */
  resourcePath: string
  resourceId: string
  /** `ANY` takes every method without its own. */
  httpMethod: string
  functionRef: string
  timeoutMs: number
}

export interface GatewayResponseModel {
  path: string
  responseType: string
  statusCode?: string
  /** By content type. */
  templates: Record<string, string>
  /** `gatewayresponse.header.<name>` → a quoted literal or a `context.…`/`method.request.…` reference. */
  parameters: Record<string, string>
}

export interface SsmParameterModel {
  path: string
  name: string
  type: string
  value: string
}

/** The resources that make up REST APIs, as the template lists them: apart, in any order. */
export interface RestParts {
  apis: { path: string; id: string; name: string; binaryMediaTypes: string[] }[]
  resources: { id: string; apiId: string; parentId: string; pathPart: string }[]
  methods: (Omit<RestMethodModel, 'resourcePath'> & { apiId: string })[]
  stages: { apiId: string; name: string; variables: Record<string, string> }[]
  gatewayResponses: (GatewayResponseModel & { apiId: string })[]
}

/** The model while it is being read: REST APIs lie in parts. */
export type ModelDraft = Omit<StackModel, 'restApis'> & { restParts: RestParts }

export function emptyDraft(): ModelDraft {
  return {
    tables: [],
    queues: [],
    buckets: [],
    roles: [],
    functions: [],
    functionVersions: [],
    functionAliases: [],
    asyncInvokeConfigs: [],
    permissions: [],
    eventSourceMappings: [],
    schedules: [],
    eventRules: [],
    stateMachines: [],
    restParts: { apis: [], resources: [], methods: [], stages: [], gatewayResponses: [] },
    ssmParameters: [],
    emailIdentities: [],
    outputs: {},
  }
}
