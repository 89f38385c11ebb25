import { describe, expect, it } from 'vitest'
import { functionNames, subscribers } from '../../app/functions.ts'
import { stages } from '../../infra/stages.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { assemblyOf, pascalCase, resourcesOf, stageNames, templatesOf } from './synthesized.ts'

/** Served by the embedded stack, LocalStack's free edition and MiniStack. API Gateway v2 and custom resources are not. */
const servedEverywhere = [
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachine',
]

/**
 * On AWS also: the alarm topic, the budget, dashboards, the count of 429s, mail events, malware verdicts, the policy of operators, and the
 * account's role for access logs.
 */
const onAwsOnly = [
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Dashboard',
  'AWS::ApiGateway::Account',
  'AWS::GuardDuty::MalwareProtectionPlan',
  'AWS::IAM::ManagedPolicy',
  'AWS::KMS::Key',
  'AWS::Logs::MetricFilter',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
]

describe.each(stageNames)('the resource types of %s', (stage) => {
  const types = [...new Set(resourcesOf(stage).map(({ Type }) => Type))].sort()

  it('are those that every target serves', () => {
    const served = stage === 'local' ? servedEverywhere : [...servedEverywhere, ...onAwsOnly]
    expect(types).toEqual(served.sort())
  })

  it('include no custom resource: targets that skip them report success (ADR 0012)', () => {
    expect(types.filter((type) => type.startsWith('Custom::') || type.includes('CustomResource'))).toEqual([])
  })
})

describe('the resource types of local', () => {
  it('include no alarm on metric math: MiniStack fails a deployment that has one', () => {
    const alarms = resourcesOf('local', 'AWS::CloudWatch::Alarm')
    expect(alarms.filter(({ Properties }) => Properties.Metrics).map(({ id }) => id)).toEqual([])
  })
})

/** CloudFormation's limits for one template (AWS CloudFormation quotas); a deployment over one of them is refused. */
const limits = { resources: 500, outputs: 200, parameters: 200, bytes: 1_000_000 }

describe.each(stageNames)('the stacks of %s', (stage) => {
  const { stacks } = assemblyOf(stage)

  it('are deployed in the order of what they use, each under the name that operators know', () => {
    expect(stacks.map(({ id, stackName }) => [id, stackName])).toEqual(
      [
        ['Data', 'data'],
        ['Api', 'api'],
        ['Attachments', 'attachments'],
        ['Sagas', 'sagas'],
        ['Messaging', 'messaging'],
      ].map(([id, name]) => [id, `steadfast-${stage}-${name}`]),
    )
  })

  it.each(Object.keys(templatesOf(stage)))(
    'leave %s a fifth of each limit of CloudFormation, to grow and to split in time',
    (id) => {
      const template = templatesOf(stage)[id]
      const counts = {
        resources: Object.keys(template?.Resources ?? {}).length,
        outputs: Object.keys(template?.Outputs ?? {}).length,
        parameters: Object.keys(template?.Parameters ?? {}).length,
        bytes: JSON.stringify(template).length,
      }
      for (const [what, limit] of Object.entries(limits))
        expect(counts[what as keyof typeof counts], `${what} of ${id}`).toBeLessThan(0.8 * limit)
    },
  )
})

describe.each(stageNames)('the outputs of %s', (stage) => {
  const keys = Object.values(templatesOf(stage)).flatMap(({ Outputs = {} }) =>
    Object.entries(Outputs)
      .filter(([, { Export }]) => !Export)
      .map(([key]) => key),
  )

  it('are the keys that scripts read from outputs.json, each used once in the whole app', () => {
    const queues = Object.keys(subscribers).map(pascalCase)
    const asynchronous = [
      'Schedules',
      'RecordBounce',
      'RecordUpload',
      ...(stages[stage].malwareScan ? ['RecordScan'] : []),
    ]
    const deadLetters = ['WatchEvents', 'RelayOutbox', ...queues, ...asynchronous]
    expect(keys.sort()).toEqual(
      [
        ...[
          'ApiUrl',
          'ApiId',
          'AttachmentsBucket',
          'DigestsBucket',
          'ArchiveBucket',
          ...(stage === 'local' ? [] : ['AlarmTopicArn', 'ArchiverPolicyArn']),
        ],
        ...Object.keys(tableShapes).map((table) => `${table}Table`),
        ...functionNames(stages[stage]).map((name) => `${pascalCase(name)}Function`),
        ...queues.map((name) => `${name}QueueUrl`),
        ...deadLetters.map((name) => `${name}DlqUrl`),
        ...['Notification', 'Webhook', 'Attachment', 'Removal'].map((saga) => `${saga}MachineArn`),
      ].sort(),
    )
  })
})
