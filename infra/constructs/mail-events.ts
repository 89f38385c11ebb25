import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses'
import type { CfnSubscription } from 'aws-cdk-lib/aws-sns'
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { DeploymentContext } from './deployment-context.ts'
import { encryptedTopic } from './encrypted-topic.ts'
import { arnOf, physicalName } from './names.ts'

/**
 * Makes SES report bounces and complaints to `fn`, through SNS; what SNS cannot deliver goes to `deadLetterQueue`. Returns the name of the
 * configuration set: SES reports only on mail that was sent with it. Only this configuration set may publish: a forged bounce
 * would suppress somebody's address.
 */
export function mailEvents(
  scope: Construct,
  context: DeploymentContext,
  { fn, deadLetterQueue }: { fn: IFunction; deadLetterQueue: IQueue },
): string {
  const name = physicalName(context, 'mail')
  const topic = encryptedTopic(scope, 'MailEvents', context, {
    topicName: mailEventsTopicName(context),
    keyDescription: 'Encrypts bounces and complaints of mail',
    publishers: [{ service: 'ses', sourceArn: arnOf(scope, 'ses', `configuration-set/${name}`) }],
  })
  const subscription = topic.addSubscription(new LambdaSubscription(fn)).node.defaultChild as CfnSubscription
  // Not CDK's property, which would add a statement without the account to the queue: the queue's own policy lets the topic send.
  subscription.redrivePolicy = { deadLetterTargetArn: deadLetterQueue.queueArn }
  const configurationSet = new CfnConfigurationSet(scope, 'Mail', {
    name,
    // Without it, SES would drop mail to an address that bounced for any tenant, also after an admin has lifted the suppression here.
    suppressionOptions: { suppressedReasons: [] },
  })
  const destination = new CfnConfigurationSetEventDestination(scope, 'MailCameBack', {
    configurationSetName: name,
    eventDestination: {
      enabled: true,
      matchingEventTypes: ['bounce', 'complaint'],
      snsDestination: { topicArn: topic.topicArn },
    },
  })
  destination.addResourceDependency(configurationSet)
  destination.node.addDependency(topic)
  return name
}

export function mailEventsTopicName(context: DeploymentContext): string {
  return physicalName(context, 'mail-events')
}
