import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { alarmTopicName } from './alarm.ts'
import type { Site } from './site.ts'

/** Where alarms go; people subscribe to it. Its key is our own because CloudWatch may not use the AWS managed one for SNS. */
export function alarmTopic(scope: Construct, site: Site): Topic {
  const key = new Key(scope, 'AlarmTopicKey', {
    enableKeyRotation: true,
    description: 'Encrypts alarm notifications',
    removalPolicy: site.stage.removalPolicy,
  })
  key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'))
  return new Topic(scope, 'AlarmTopic', { topicName: alarmTopicName(site), masterKey: key, enforceSSL: true })
}
