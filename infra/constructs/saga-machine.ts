import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { alarm } from './alarm.ts'
import { allow } from './function.ts'
import { nameOf, pascalCase, type Site } from './site.ts'

/** The state machine of one saga, which runs its steps by `fn` and nothing else. */
export function sagaMachine(
  scope: Construct,
  name: string,
  site: Site,
  saga: { definition: object; fn: IFunction; failed: string },
): CfnStateMachine {
  const id = pascalCase(name)
  const stack = Stack.of(scope)
  const log = new LogGroup(scope, `${id}Log`, {
    // This prefix keeps CloudWatch's resource policy short: AWS adds one statement for all groups under it.
    logGroupName: `/aws/vendedlogs/states/${nameOf(site, name)}`,
    retention: site.stage.logRetention,
    removalPolicy: site.stage.removalPolicy,
  })
  const statements = [
    // Every version: an execution that began before a deployment goes on with the version it began with.
    allow(['lambda:InvokeFunction'], [`${saga.fn.functionArn}:*`]),
    allow(logDelivery, ['*']),
  ]
  const role = new Role(scope, `${id}Role`, {
    roleName: nameOf(site, `${name}-saga`),
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
    inlinePolicies: { access: new PolicyDocument({ statements }) },
  })
  const machine = new CfnStateMachine(scope, id, {
    stateMachineName: nameOf(site, name),
    stateMachineType: 'STANDARD',
    definitionString: stack.toJsonString(saga.definition),
    roleArn: role.roleArn,
    loggingConfiguration: {
      level: 'ALL',
      // Ids and small facts only, and still none of it in a log.
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.logGroupArn } }],
    },
  })
  machine.node.addDependency(role)
  for (const metricName of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'])
    alarm(scope, `${id}${metricName}`, site, {
      metric: new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: machine.attrArn },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      meaning: saga.failed,
    })
  return machine
}

/** What Step Functions needs to write any log ("Logging using CloudWatch Logs"); these actions take no resource. */
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
