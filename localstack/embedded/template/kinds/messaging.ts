import * as z from 'zod'
import { accountId } from '../../ports.ts'
import {
  anything,
  arn,
  flag,
  ignorable,
  kind,
  type LoadContext,
  named,
  number,
  physicalName,
  type Resource,
  text,
  why,
} from '../kind.ts'

function queueName(resource: Resource): string {
  const name = named('QueueName')(resource)
  const isFifo = String(resource.property('FifoQueue')) === 'true'
  return isFifo && !name.endsWith('.fifo') ? `${name}.fifo` : name
}

const queueArn = (resource: Resource) => arn('sqs', queueName(resource))
const queueUrl = (resource: Resource, { endpointUrl }: LoadContext) =>
  `${endpointUrl}/${accountId}/${queueName(resource)}`

const queue = kind({
  honours: {
    QueueName: text.optional(),
    FifoQueue: flag.optional(),
    ContentBasedDeduplication: flag.optional(),
    DeduplicationScope: text.optional(),
    FifoThroughputLimit: text.optional(),
    DelaySeconds: number.optional(),
    MaximumMessageSize: number.optional(),
    MessageRetentionPeriod: number.optional(),
    ReceiveMessageWaitTimeSeconds: number.optional(),
    VisibilityTimeout: number.optional(),
    RedrivePolicy: z.strictObject({ deadLetterTargetArn: text, maxReceiveCount: number }).optional(),
    RedriveAllowPolicy: z.record(z.string(), anything).optional(),
  },
  ignores: {
    KmsMasterKeyId: why.encryption,
    KmsDataKeyReusePeriodSeconds: why.encryption,
    SqsManagedSseEnabled: why.encryption,
    Tags: why.tags,
  },
  ref: queueUrl,
  attributes: { Arn: queueArn, QueueName: queueName, QueueUrl: queueUrl },
  add: (model, resource, { QueueName: _name, ...properties }) => {
    const attributes = Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])
    model.queues.push({
      path: resource.path,
      name: queueName(resource),
      arn: queueArn(resource),
      attributes: Object.fromEntries(attributes),
    })
  },
})

const emailIdentity = kind({
  honours: { EmailIdentity: text },
  ignores: {
    ConfigurationSetAttributes: 'mail ends in the local mail sink',
    DkimAttributes: 'mail ends in the local mail sink',
    DkimSigningAttributes: 'mail ends in the local mail sink',
    FeedbackAttributes: 'mail ends in the local mail sink',
    MailFromAttributes: 'mail ends in the local mail sink',
    Tags: why.tags,
  },
  ref: named('EmailIdentity'),
  attributes: Object.fromEntries(
    [1, 2, 3].flatMap((index) => [
      [`DkimDNSTokenName${index}`, () => `token${index}._domainkey.invalid`],
      [`DkimDNSTokenValue${index}`, () => `token${index}.dkim.invalid`],
    ]),
  ),
  add: (model, _resource, { EmailIdentity }) => model.emailIdentities.push(EmailIdentity),
})

const topicArn = (resource: Resource) => arn('sns', named('TopicName')(resource))

export const messagingKinds = {
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': ignorable('there is one account: the calling role decides'),
  'AWS::SES::EmailIdentity': emailIdentity,
  'AWS::SES::ConfigurationSet': ignorable('mail ends in the local mail sink', named('Name')),
  'AWS::SES::ConfigurationSetEventDestination': ignorable('the mail sink tells the app when a mail comes back'),
  'AWS::SNS::Topic': ignorable('alarms are not evaluated here', topicArn, {
    TopicArn: topicArn,
    TopicName: named('TopicName'),
  }),
  'AWS::SNS::TopicPolicy': ignorable('alarms are not evaluated here'),
  'AWS::SNS::Subscription': ignorable('alarms are not evaluated here', physicalName),
}
