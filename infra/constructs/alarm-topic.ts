import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { alarmTopicName } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'

/** The topic that alarms notify and people subscribe to. It has its own key: CloudWatch may not use the AWS managed key of SNS. */
export function alarmTopic(scope: Construct, context: DeploymentContext): Topic {
  const key = new Key(scope, 'AlarmTopicKey', {
    enableKeyRotation: true,
    description: 'Encrypts alarm notifications',
    removalPolicy: context.stage.removalPolicy,
  })
  key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'))
  return new Topic(scope, 'AlarmTopic', { topicName: alarmTopicName(context), masterKey: key, enforceSSL: true })
}
