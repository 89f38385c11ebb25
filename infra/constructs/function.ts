import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Function as LambdaFunction, Runtime, type Version } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { RemovalPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { Access } from '../../app/access.ts'
import type { FunctionName } from '../../app/functions.ts'
import { entryPoint } from '../bundle.ts'
import { memoryMb } from '../limits.ts'
import { nameOf, pascalCase, type Site, seconds, type Tables } from './site.ts'
import { tableEnvironment, tableStatements } from './table-access.ts'

export interface FunctionSettings {
  access: Access
  timeoutSeconds: number
  environment?: Record<string, string>
  /** What it may do besides `access` and writing its own log. */
  statements?: PolicyStatement[]
}

/**
 * One function with a role and a log group of its own. Its whole policy is in its role: what the function may do is read in one
 * place, and is there before the function runs for the first time.
 */
export function lambda(
  scope: Construct,
  name: FunctionName,
  site: Site,
  tables: Tables,
  settings: FunctionSettings,
): LambdaFunction {
  const { stage } = site
  const functionName = nameOf(site, name)
  const id = pascalCase(name)
  const logGroup = new LogGroup(scope, `${id}Log`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: stage.logRetention,
    removalPolicy: stage.removalPolicy,
  })
  const statements = [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ...tableStatements(tables, settings.access),
    ...(settings.statements ?? []),
  ]
  const role = new Role(scope, `${id}Role`, {
    roleName: functionName,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { access: new PolicyDocument({ statements }) },
  })
  const reserved = stage.reservedConcurrency[name]
  return new LambdaFunction(scope, id, {
    functionName,
    runtime: Runtime.NODEJS_24_X,
    architecture: stage.architecture,
    handler: entryPoint,
    code: site.codeOf(name),
    role,
    logGroup,
    timeout: seconds(settings.timeoutSeconds),
    memorySize: memoryMb,
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    environment: {
      // The dimension of its metrics: with the stage in it, stages of one account stay apart.
      POWERTOOLS_SERVICE_NAME: functionName,
      LOG_LEVEL: 'INFO',
      ...tableEnvironment(tables, settings.access),
      ...settings.environment,
    },
    // A version that is no longer deployed stays while an execution may call it (ADR 0013).
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
  })
}

/** The code and settings of this deployment, numbered; later deployments do not change them. */
export function pinnedVersion(fn: LambdaFunction): Version {
  return fn.currentVersion
}

export function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources })
}
