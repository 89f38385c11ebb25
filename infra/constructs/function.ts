import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  type CfnFunction,
  type IDestination,
  Function as LambdaFunction,
  Runtime,
  type Version,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { Access } from '../../app/catalogue/access.ts'
import type { FunctionName } from '../../app/functions.ts'
import { entryPoint } from '../bundle.ts'
import { asyncRetries } from '../limits.ts'
import { memoryMbOf } from '../memory-sizes.ts'
import type { Stage } from '../stages.ts'
import { dataKeyStatements } from './data-key.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { pascalCase, physicalName } from './names.ts'
import { tableEnvironment, tableStatements } from './table-access.ts'

export interface FunctionSettings {
  access: Access
  timeoutSeconds: number
  environment?: Record<string, string>
  /** What the function may do besides `access` and writing its own log. */
  statements?: PolicyStatement[]
  /** The queue of a function that is invoked asynchronously: gets each event that fails after two retries. */
  deadLetters?: { queueArn: string }
}

/**
 * A function with its own role and log group. The role contains its whole policy, so that what the function may do can be read in one
 * place, and exists before the function first runs.
 */
export function lambda(
  scope: Construct,
  name: FunctionName,
  context: DeploymentContext,
  tables: Tables,
  settings: FunctionSettings,
): LambdaFunction {
  const { stage } = context
  const functionName = physicalName(context, name)
  const id = pascalCase(name)
  const logGroup = new LogGroup(scope, `${id}Log`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: stage.logRetention,
    removalPolicy: stage.removalPolicy,
    ...(context.dataKey && { encryptionKey: context.dataKey }),
  })
  const statements = [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ...tableStatements(tables, settings.access),
    ...(settings.statements ?? []),
    ...(settings.deadLetters ? [allow(['sqs:SendMessage'], [settings.deadLetters.queueArn])] : []),
    ...dataKeyStatements(scope, context),
    ...(stage.isTraced ? [allow(sendTraces, ['*'])] : []),
  ]
  const role = new Role(scope, `${id}Role`, {
    roleName: functionName,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { access: new PolicyDocument({ statements }) },
  })
  const reservedConcurrency = stage.reservedConcurrency[name]
  const fn = new LambdaFunction(scope, id, {
    functionName,
    runtime: Runtime.NODEJS_24_X,
    architecture: stage.architecture,
    handler: entryPoint,
    code: context.codeOf(name),
    role,
    logGroup,
    timeout: Duration.seconds(settings.timeoutSeconds),
    memorySize: memoryMbOf(name),
    ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    environment: {
      // The dimension of custom metrics. It includes the stage, so that two stages in one account have separate metrics.
      POWERTOOLS_SERVICE_NAME: functionName,
      LOG_LEVEL: 'INFO',
      ...tableEnvironment(tables, settings.access),
      ...settings.environment,
    },
    ...(context.dataKey && { environmentEncryption: context.dataKey }),
    // Not CDK's SqsDestination, which would add a policy beside the role: the role already has the statement.
    ...(settings.deadLetters && { onFailure: onFailure(settings.deadLetters), retryAttempts: asyncRetries }),
    // Running executions call the version that they started with, also after the next deployment (ADR 0013).
    currentVersionOptions: { removalPolicy: versionRemovalPolicy(stage) },
  })
  // Not CDK's property, which would add a policy beside the role: the role already has the statement.
  if (stage.isTraced) (fn.node.defaultChild as CfnFunction).tracingConfig = { mode: 'Active' }
  return fn
}

/**
 * Kept, but for a deployment that is rolled back: Lambda publishes the same code only once, so the next attempt would find its version and
 * fail. LocalStack 4.14.0 would delete it whenever a newer one is deployed.
 */
function versionRemovalPolicy({ name }: Stage): RemovalPolicy {
  return name === 'local' ? RemovalPolicy.RETAIN : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
}

/** What sending traces to X-Ray takes. These actions take no resource (Service Authorization Reference, "AWS X-Ray"). */
export const sendTraces = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']

/** The published version of this deployment: its code and settings, which later deployments do not change. */
export function pinnedVersion(fn: LambdaFunction): Version {
  return fn.currentVersion
}

function onFailure({ queueArn }: { queueArn: string }): IDestination {
  return { bind: () => ({ destination: queueArn }) }
}

export function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources })
}
