import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { DeploymentContext } from './deployment-context.ts'
import { physicalName } from './names.ts'

/**
 * Makes SES report bounces and complaints to `fn`, through SNS. Returns the name of the configuration set: SES reports only on mail that
 * was sent with it. The topic has its own key, as SES may not use the AWS managed key of SNS.
 */
export function mailEvents(scope: Construct, context: DeploymentContext, fn: IFunction): string {
  const ses = new ServicePrincipal('ses.amazonaws.com')
  const key = new Key(scope, 'MailEventsKey', {
    enableKeyRotation: true,
    description: 'Encrypts bounces and complaints of mail',
    removalPolicy: context.stage.removalPolicy,
  })
  key.grantEncryptDecrypt(ses)
  const topic = new Topic(scope, 'MailEvents', {
    topicName: physicalName(context, 'mail-events'),
    masterKey: key,
    enforceSSL: true,
  })
  topic.grantPublish(ses)
  topic.addSubscription(new LambdaSubscription(fn))
  const name = physicalName(context, 'mail')
  const configurationSet = new CfnConfigurationSet(scope, 'Mail', { name })
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
