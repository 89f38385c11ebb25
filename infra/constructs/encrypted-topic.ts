import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { DeploymentContext } from './deployment-context.ts'
import { serviceStatement } from './service-statement.ts'

/**
 * A topic to which AWS services publish, each on behalf of one source. It has its own key, as services may not use the AWS managed key of
 * SNS. The topic policy that `enforceSSL` adds replaces the default policy of SNS, by which the account may publish.
 */
export function encryptedTopic(
  scope: Construct,
  id: string,
  context: DeploymentContext,
  settings: {
    topicName: string
    keyDescription: string
    publishers: { service: 'budgets' | 'cloudwatch' | 'ses'; sourceArn: string }[]
  },
): Topic {
  const { topicName, keyDescription, publishers } = settings
  const key = new Key(scope, `${id}Key`, {
    enableKeyRotation: true,
    description: keyDescription,
    removalPolicy: context.stage.removalPolicy,
  })
  const actions = ['kms:Decrypt', 'kms:GenerateDataKey*']
  for (const publisher of publishers)
    key.addToResourcePolicy(serviceStatement(scope, { ...publisher, actions, resources: ['*'] }))
  const topic = new Topic(scope, id, { topicName, masterKey: key, enforceSSL: true })
  for (const publisher of publishers)
    topic.addToResourcePolicy(
      serviceStatement(scope, { ...publisher, actions: ['sns:Publish'], resources: [topic.topicArn] }),
    )
  return topic
}
