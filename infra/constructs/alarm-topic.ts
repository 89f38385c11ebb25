import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { alarmTopicName } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'

/** The topic that alarms notify and people subscribe to. It has its own key: CloudWatch may not use the AWS managed key of SNS. */
export function alarmTopic(scope: Construct, context: DeploymentContext): Topic {
  const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com')
  const key = new Key(scope, 'AlarmTopicKey', {
    enableKeyRotation: true,
    description: 'Encrypts alarm notifications',
    removalPolicy: context.stage.removalPolicy,
  })
  key.grantEncryptDecrypt(cloudWatch)
  const topic = new Topic(scope, 'AlarmTopic', { topicName: alarmTopicName(context), masterKey: key, enforceSSL: true })
  // `enforceSSL` adds a topic policy. It replaces the default policy of SNS, by which alarms of the account may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      actions: ['sns:Publish'],
      principals: [cloudWatch],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  )
  return topic
}
