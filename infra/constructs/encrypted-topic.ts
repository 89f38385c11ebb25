import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { DeploymentContext } from './deployment-context.ts'
import { serviceStatement } from './service-statement.ts'

/**
 * A topic to which one AWS service publishes, on behalf of one source. It has its own key, as services may not use the AWS managed key of
 * SNS. The topic policy that `enforceSSL` adds replaces the default policy of SNS, by which the account may publish.
 */
export function encryptedTopic(
  scope: Construct,
  id: string,
  context: DeploymentContext,
  settings: {
    topicName: string
    keyDescription: string
    publisher: { service: 'cloudwatch' | 'ses'; sourceArn: string }
  },
): Topic {
  const { topicName, keyDescription, publisher } = settings
  const key = new Key(scope, `${id}Key`, {
    enableKeyRotation: true,
    description: keyDescription,
    removalPolicy: context.stage.removalPolicy,
  })
  const actions = ['kms:Decrypt', 'kms:GenerateDataKey*']
  key.addToResourcePolicy(serviceStatement(scope, { ...publisher, actions, resources: ['*'] }))
  const topic = new Topic(scope, id, { topicName, masterKey: key, enforceSSL: true })
  topic.addToResourcePolicy(
    serviceStatement(scope, { ...publisher, actions: ['sns:Publish'], resources: [topic.topicArn] }),
  )
  return topic
}
