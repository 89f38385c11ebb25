import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { alarmTopicName } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { mailEventsTopicName } from './mail-events.ts'
import { arnOf, physicalName } from './names.ts'
import { serviceStatement } from './service-statement.ts'

/**
 * The key of the account that encrypts tables, queues, the bucket and logs (ADR 28). Functions use it by their roles; its policy lets in the
 * services that act without a role: CloudWatch Logs, and those that send dead letters. Sources are named, not referenced: the key is made
 * before them.
 */
export function dataKey(scope: Construct, context: DeploymentContext): Key {
  const key = new Key(scope, 'DataKey', {
    alias: physicalName(context, 'data'),
    description: 'Encrypts tables, queues, attachments and logs',
    enableKeyRotation: true,
    removalPolicy: context.stage.removalPolicy,
  })
  key.addToResourcePolicy(logsStatement(scope))
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
 * "DynamoDB encryption at rest: authorizing use of your customer managed key"; SQS and S3 ask for the first and last).
 */
export function dataKeyStatements(scope: Construct, { dataKey: key }: DeploymentContext): PolicyStatement[] {
  if (!key) return []
  const { region, urlSuffix } = Stack.of(scope)
  const services = ['dynamodb', 's3', 'sqs'].map((service) => `${service}.${region}.${urlSuffix}`)
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
