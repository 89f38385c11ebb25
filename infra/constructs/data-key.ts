import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { ArnFormat, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { alarmTopicName } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { mailEventsTopicName } from './mail-events.ts'
import { arnOf, physicalName } from './names.ts'
import { serviceStatement } from './service-statement.ts'

/**
 * The key of the account that encrypts tables, queues, the bucket, logs, state machines with their executions, and the variables of
 * functions (ADR 28). Functions and state machines use it by their roles; its policy lets in the services that act without a role:
 * CloudWatch Logs, and those that send dead letters. Sources are named, not referenced: the key is made before them.
 */
export function dataKey(scope: Construct, context: DeploymentContext): Key {
  const key = new Key(scope, 'DataKey', {
    alias: physicalName(context, 'data'),
    description: 'Encrypts tables, queues, attachments, logs, executions and settings of functions',
    enableKeyRotation: true,
    removalPolicy: context.stage.removalPolicy,
  })
  key.addToResourcePolicy(logsStatement(scope))
  key.addToResourcePolicy(logDeliveryStatement(scope))
  const actions = ['kms:Decrypt', 'kms:GenerateDataKey*']
  const senders = [
    { service: 'events', sourceArn: arnOf(scope, 'events', `rule/${physicalName(context, '*')}`) },
    ...(context.stage.hasAlarmTopic
      ? [{ service: 'sns', sourceArn: arnOf(scope, 'sns', alarmTopicName(context)) } as const]
      : []),
    ...(context.stage.hasMailEvents
      ? [{ service: 'sns', sourceArn: arnOf(scope, 'sns', mailEventsTopicName(context)) } as const]
      : []),
  ] as const
  for (const sender of senders)
    key.addToResourcePolicy(serviceStatement(scope, { ...sender, actions, resources: ['*'] }))
  return key
}

/**
 * What a function needs to use what `key` encrypts, through the service that keeps it and in no other way (DynamoDB Developer Guide,
 * "DynamoDB encryption at rest: authorizing use of your customer managed key"; SQS and S3 ask for the first and last). Lambda decrypts a
 * function's variables in the name of its role, and Step Functions the input of an execution in the name of the caller that describes it.
 */
export function dataKeyStatements(scope: Construct, { dataKey: key }: DeploymentContext): PolicyStatement[] {
  if (!key) return []
  const { region, urlSuffix } = Stack.of(scope)
  const services = ['dynamodb', 'lambda', 's3', 'sqs', 'states'].map((service) => `${service}.${region}.${urlSuffix}`)
  const statement = new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [
      ...['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt'],
      ...['kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
    ],
    resources: [key.keyArn],
  })
  statement.addCondition('StringEquals', { 'kms:ViaService': services })
  return [statement]
}

/**
 * What a state machine's role needs: Step Functions encrypts definition and executions in its name, and the history that it delivers to
 * CloudWatch Logs (Step Functions Developer Guide, "Data at rest encryption"; the same statements as CDK's `StateMachine` makes).
 */
export function machineKeyStatements(
  scope: Construct,
  { dataKey: key }: DeploymentContext,
  machineName: string,
): PolicyStatement[] {
  if (!key) return []
  const use = (actions: string[], context: Record<string, string>) =>
    new PolicyStatement({ actions, resources: [key.keyArn], conditions: { StringEquals: context } })
  const machine = Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: machineName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
  return [
    use(['kms:Decrypt', 'kms:GenerateDataKey'], { 'kms:EncryptionContext:aws:states:stateMachineArn': machine }),
    use(['kms:GenerateDataKey'], { 'kms:EncryptionContext:SourceArn': arnOf(scope, 'logs', '*') }),
  ]
}

/** The service that delivers a state machine's history to CloudWatch Logs decrypts what the machine's role has encrypted for it. */
function logDeliveryStatement(scope: Construct): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:Decrypt'],
    principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': arnOf(scope, 'logs', '*') } },
  })
}

/** CloudWatch Logs names the log group in the encryption context ("Encrypt log data in CloudWatch Logs using AWS KMS"). */
function logsStatement(scope: Construct): PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope)
  return new PolicyStatement({
    actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    principals: [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': Stack.of(scope).formatArn({
          service: 'logs',
          resource: 'log-group:*',
        }),
      },
    },
  })
}
