import { describe, expect, it } from 'vitest'
import { resourcesOf, stageNames } from './synthesized.ts'

/** What the embedded stack, LocalStack's free edition and MiniStack all serve. API Gateway v2 and custom resources are not among it. */
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

/** On AWS besides: where alarms go, news of mail that came back, verdicts on uploads, and the account's role for access logs. */
const onAwsOnly = [
  'AWS::ApiGateway::Account',
  'AWS::GuardDuty::MalwareProtectionPlan',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
]

describe.each(stageNames)('resource types on %s', (stage) => {
  const types = [...new Set(resourcesOf(stage).map(({ Type }) => Type))].sort()

  it('are those that every target serves', () => {
    const served = stage === 'local' ? servedEverywhere : [...servedEverywhere, ...onAwsOnly]
    expect(types).toEqual(served.sort())
  })

  it('include no custom resource: targets that skip them would report success', () => {
    expect(types.filter((type) => type.startsWith('Custom::') || type.includes('CustomResource'))).toEqual([])
  })
})

describe.each(stageNames)('metric-math alarms on %s', (stage) => {
  it('are absent: MiniStack fails a deployment with one', () => {
    const alarms = resourcesOf(stage, 'AWS::CloudWatch::Alarm')
    expect(alarms.filter(({ Properties }) => Properties.Metrics).map(({ id }) => id)).toEqual([])
  })
})
