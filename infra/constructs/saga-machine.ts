import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { sagaAlarmMeanings } from '../alarm-meanings.ts'
import { alarm, customMetric } from './alarm.ts'
import { machineKeyStatements } from './data-key.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { allow, pinnedVersion, sendTraces } from './function.ts'
import { pascalCase, physicalName } from './names.ts'
import { outputs } from './outputs.ts'

/**
 * The state machine of one saga. It may invoke `stepFunction`, which runs all tasks of the saga, and nothing else. `compile` returns the
 * definition that calls the function by the given ARN.
 */
export function sagaMachine(
  scope: Construct,
  name: keyof typeof sagaAlarmMeanings,
  context: DeploymentContext,
  { stepFunction, compile }: { stepFunction: LambdaFunction; compile: (functionArn: string) => object },
): CfnStateMachine {
  const id = pascalCase(name)
  const log = new LogGroup(scope, `${id}Log`, {
    // AWS adds one statement for all groups with this prefix to the resource policy of CloudWatch Logs, whose size is limited.
    logGroupName: `/aws/vendedlogs/states/${physicalName(context, name)}`,
    retention: context.stage.logRetention,
    removalPolicy: context.stage.removalPolicy,
    ...(context.dataKey && { encryptionKey: context.dataKey }),
  })
  const statements = [
    // Every version: an execution calls the version that it started with, also after the next deployment.
    allow(['lambda:InvokeFunction'], [`${stepFunction.functionArn}:*`]),
    allow(logDelivery, ['*']),
    ...machineKeyStatements(scope, context, physicalName(context, name)),
    ...(context.stage.isTraced ? [allow([...sendTraces, ...askWhatToTrace], ['*'])] : []),
  ]
  const role = new Role(scope, `${id}Role`, {
    roleName: physicalName(context, `${name}-saga`),
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
    inlinePolicies: { access: new PolicyDocument({ statements }) },
  })
  const machine = new CfnStateMachine(scope, id, {
    stateMachineName: physicalName(context, name),
    stateMachineType: 'STANDARD',
    definitionString: Stack.of(scope).toJsonString(compile(pinnedVersion(stepFunction).functionArn)),
    roleArn: role.roleArn,
    loggingConfiguration: {
      level: 'ALL',
      // Inputs and results are ids and small facts, but even those do not belong into a log.
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.logGroupArn } }],
    },
    ...(context.stage.isTraced && { tracingConfiguration: { enabled: true } }),
    ...(context.dataKey && {
      encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: context.dataKey.keyArn },
    }),
  })
  machine.node.addDependency(role)
  sagaAlarms(scope, name, context, { machine, stepFunction })
  outputs(scope, {
    [`${id}MachineArn`]: machine.attrArn,
    [`${pascalCase(`run-${name}-step`)}Function`]: stepFunction.functionName,
  })
  return machine
}

function sagaAlarms(
  scope: Construct,
  name: keyof typeof sagaAlarmMeanings,
  context: DeploymentContext,
  { machine, stepFunction }: { machine: CfnStateMachine; stepFunction: LambdaFunction },
): void {
  const id = pascalCase(name)
  const { stopped, parked } = sagaAlarmMeanings[name]
  for (const metricName of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'])
    alarm(scope, `${id}${metricName}`, context, {
      metric: new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: machine.attrArn },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      meaning: stopped,
    })
  alarm(scope, `${id}Parked`, context, {
    metric: customMetric('SagasParked', stepFunction, 'Sum'),
    threshold: 1,
    meaning: parked,
  })
}

/** Step Functions asks X-Ray which executions to trace ("Trace Step Functions request data in AWS X-Ray"). */
const askWhatToTrace = ['xray:GetSamplingRules', 'xray:GetSamplingTargets']

/** What Step Functions needs to write any log ("Logging using CloudWatch Logs"). These actions take no resource. */
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
]
