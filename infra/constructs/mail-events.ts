import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnConfigurationSet, CfnConfigurationSetEventDestination } from 'aws-cdk-lib/aws-ses'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { nameOf, type Site } from './site.ts'

/**
 * Lets SES tell `fn` of mail that came back or was called spam, by SNS. Mail that is to be followed names the configuration set, whose
 * name this answers. The key is our own because SES may not use the AWS managed one for SNS.
 */
export function mailEvents(scope: Construct, site: Site, fn: IFunction): string {
  const ses = new ServicePrincipal('ses.amazonaws.com')
  const key = new Key(scope, 'MailEventsKey', {
    enableKeyRotation: true,
    description: 'Encrypts news of mail that came back',
    removalPolicy: site.stage.removalPolicy,
  })
  key.grantEncryptDecrypt(ses)
  const topic = new Topic(scope, 'MailEvents', {
    topicName: nameOf(site, 'mail-events'),
    masterKey: key,
    enforceSSL: true,
  })
  topic.grantPublish(ses)
  topic.addSubscription(new LambdaSubscription(fn))
  const name = nameOf(site, 'mail')
  const set = new CfnConfigurationSet(scope, 'Mail', { name })
  const destination = new CfnConfigurationSetEventDestination(scope, 'MailCameBack', {
    configurationSetName: name,
    eventDestination: {
      enabled: true,
      matchingEventTypes: ['bounce', 'complaint'],
      snsDestination: { topicArn: topic.topicArn },
    },
  })
  destination.addDependency(set)
  destination.node.addDependency(topic)
  return name
}
