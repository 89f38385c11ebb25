import { describe, expect, it } from 'vitest'
import type { StageName } from '../../infra/stages.ts'
import { templatesOf } from './synthesized.ts'

/** One place where the templates of two stages differ. */
interface Difference {
  /** `AWS::Lambda::Function Architectures`: type, then the path of the property; the path is empty for a resource that one stage lacks. */
  where: string
  /** Logical id and values, for the message of a failure. */
  example: string
}

/** Why a difference is wanted. A place that is not listed has to be the same; `*` stands for the rest of a path. */
type Wanted = Record<string, string>

/**
 * Differences between `dev`, `staging` and `prod`. Everything that the system does is the same; how much, how
 * long and who hears of it differ.
 */
const amongAwsStages: Wanted = {
  // Removal and protection
  'AWS::DynamoDB::Table Properties.DeletionProtectionEnabled': 'production cannot be deleted by mistake',
  'AWS::DynamoDB::Table DeletionPolicy': 'production keeps what it stores',
  'AWS::DynamoDB::Table UpdateReplacePolicy': 'production keeps what it stores',
  'AWS::S3::Bucket DeletionPolicy': 'production keeps what it stores',
  'AWS::S3::Bucket UpdateReplacePolicy': 'production keeps what it stores',
  'AWS::SQS::Queue DeletionPolicy': 'production keeps what it stores',
  'AWS::SQS::Queue UpdateReplacePolicy': 'production keeps what it stores',
  'AWS::KMS::Key DeletionPolicy': 'production can decrypt what it kept',
  'AWS::KMS::Key UpdateReplacePolicy': 'production can decrypt what it kept',
  'AWS::Logs::LogGroup DeletionPolicy': 'production keeps what explains its data',
  'AWS::Logs::LogGroup UpdateReplacePolicy': 'production keeps what explains its data',
  // Retention
  'AWS::S3::Bucket Properties.ObjectLockConfiguration.Rule.DefaultRetention.Days':
    'production proves its history for a year',
  'AWS::S3::Bucket Properties.ObjectLockConfiguration.Rule.DefaultRetention.Mode':
    'the digests of others can be deleted with them',
  'AWS::S3::Bucket Properties.LifecycleConfiguration.Rules.0.ExpirationInDays':
    'digests expire when their lock is over',
  'AWS::Logs::LogGroup Properties.RetentionInDays': 'the closer to users, the longer somebody may ask what happened',
  // Budget
  'AWS::Budgets::Budget Properties.Budget.BudgetLimit.Amount': 'what the account of the stage may cost',
  // Capacity
  'AWS::ApiGateway::Stage Properties.MethodSettings.*': 'dev serves few',
  'AWS::Lambda::EventSourceMapping Properties.ScalingConfig.MaximumConcurrency': 'dev fits into a new account',
  'AWS::Lambda::Function Properties.ReservedConcurrentExecutions': 'a new account refuses any reservation',
  'AWS::Lambda::Function Properties.Environment.Variables.TENANT_LIMITS': 'below the throttling of the stage',
  // Who sends mail
  'AWS::Lambda::Function Properties.Environment.Variables.MAIL_FROM': 'recipients see which stage writes',
  'AWS::IAM::Role Properties.Policies.*': 'the sender and its domain',
}

/** Differences between `local` and `dev`: what emulators lack, and what one machine does not need. */
const betweenLocalAndAws: Wanted = {
  'AWS::ApiGateway::Account ': 'emulators need no role for access logs',
  'AWS::ApiGateway::Stage DependsOn': 'the role for access logs',
  'AWS::ApiGateway::Stage Properties.MethodSettings': 'load runs on one machine are not throttled',
  'AWS::ApiGateway::Stage Properties.TracingEnabled': 'emulators keep no traces',
  'AWS::Budgets::Budget ': 'emulators cost nothing',
  'AWS::CloudWatch::Alarm ': 'alarms on what only AWS does: throttling, scanning, delivering alarms',
  'AWS::CloudWatch::Dashboard ': 'emulators keep no metrics',
  'AWS::CloudWatch::Alarm Properties.AlarmActions': 'nobody hears alarms of an emulator',
  'AWS::Events::Rule ': 'verdicts of the malware scan',
  'AWS::GuardDuty::MalwareProtectionPlan ': 'emulators scan nothing',
  'AWS::IAM::ManagedPolicy ': 'who archives on this machine needs no rights',
  'AWS::IAM::Role ': 'the roles for access logs and for the malware scan',
  'AWS::IAM::Role Properties.Policies.*': 'traces, and the configuration set of mail',
  'AWS::KMS::Key ': 'of the topics',
  'AWS::Lambda::EventInvokeConfig ': 'record-scan',
  'AWS::Lambda::EventSourceMapping Properties.ScalingConfig.MaximumConcurrency':
    'one machine serves more than a new account',
  'AWS::Lambda::Function ': 'record-scan',
  'AWS::Lambda::Function Properties.Architectures.*': 'emulators run functions on the processor of the machine',
  'AWS::Lambda::Function Properties.Environment.Variables.*': 'limits, mail, malware scan, private webhooks',
  'AWS::Lambda::Function Properties.TracingConfig': 'emulators keep no traces',
  'AWS::Lambda::Version DeletionPolicy': 'LocalStack 4.14.0 takes RetainExceptOnCreate for Delete',
  'AWS::Lambda::Permission ': 'record-scan and record-bounce are invoked by services of AWS',
  'AWS::Logs::LogGroup ': 'record-scan',
  'AWS::Logs::LogGroup Properties.RetentionInDays': 'nobody investigates last week on their own machine',
  'AWS::Logs::MetricFilter ': 'counts 429s, which local does not throttle',
  'AWS::S3::Bucket Properties.NotificationConfiguration.EventBridgeConfiguration': 'GuardDuty hears of uploads by it',
  'AWS::SES::ConfigurationSet ': 'emulators report no bounces',
  'AWS::SES::ConfigurationSetEventDestination ': 'emulators report no bounces',
  'AWS::SNS::Subscription ': 'emulators have no topics',
  'AWS::SNS::Topic ': 'emulators have no topics',
  'AWS::SNS::TopicPolicy ': 'emulators have no topics',
  'AWS::SQS::Queue ': 'dead letters of alarms and of record-scan',
  'AWS::SQS::QueuePolicy ': 'dead letters of alarms and of record-scan',
  'AWS::SQS::QueuePolicy Properties.PolicyDocument.*': 'SNS sends dead letters of bounces',
  'AWS::StepFunctions::StateMachine Properties.DefinitionString.*':
    'a step that waits for the verdict of the malware scan',
  'AWS::StepFunctions::StateMachine Properties.TracingConfiguration': 'emulators keep no traces',
  'Outputs ': 'of record-scan and of the alarm topic',
  'Parameters.JwtIssuer Default': 'the issuer of local tokens; on AWS there is none to forget',
  'Parameters.JwtKeySet Default': 'local tokens are verified by the keys of a data folder; on AWS the issuer has them',
}

function differences(one: StageName, other: StageName): Difference[] {
  const [these, those] = [one, other].map((stage) => comparable(stage)) as [Parts, Parts]
  const ids = [...new Set([...Object.keys(these), ...Object.keys(those)])]
  return ids.flatMap((id) => {
    const [left, right] = [these[id], those[id]]
    const kind = left?.kind ?? right?.kind
    if (!left || !right) return [{ where: `${kind} `, example: `${id} is only in ${left ? one : other}` }]
    return paths(left.value, right.value).map((path) => ({ where: `${kind} ${path}`, example: id }))
  })
}

type Parts = Record<string, { kind: string; value: unknown }>

/** Resources, parameters and outputs of every stack by a name that stages share, without the stage's name in their values. */
function comparable(stage: StageName): Parts {
  const text = JSON.stringify(templatesOf(stage))
    .replaceAll(`steadfast-${stage}-`, 'steadfast-{stage}-')
    .replaceAll(new RegExp(`([Ss]teadfast/)${stage}(?=[/"])`, 'g'), '$1{stage}')
    // Hashes of what the resource contains, which is compared itself.
    .replaceAll(/(RestApiDeployment|CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}/g, '$1')
  const templates = JSON.parse(text) as Record<string, Record<string, Record<string, { Type?: string }>>>
  return Object.fromEntries(
    Object.entries(templates).flatMap(([stack, template]) => [
      ...Object.entries(template.Resources ?? {}).map(([id, value]) => [`${stack}/${id}`, { kind: value.Type, value }]),
      ...Object.entries(template.Parameters ?? {}).map(([id, value]) => [
        `${stack}/Parameters/${id}`,
        { kind: `Parameters.${id}`, value },
      ]),
      ...Object.entries(template.Outputs ?? {}).map(([id, value]) => [
        `${stack}/Outputs/${id}`,
        { kind: 'Outputs', value },
      ]),
    ]),
  )
}

/** Paths at which two values differ, as deep as possible. */
function paths(left: unknown, right: unknown): string[] {
  if (JSON.stringify(left) === JSON.stringify(right)) return []
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return ['']
  const [these, those] = [left, right] as [Record<string, unknown>, Record<string, unknown>]
  const keys = [...new Set([...Object.keys(these), ...Object.keys(those)])]
  return keys.flatMap((key) => paths(these[key], those[key]).map((path) => [key, path].filter(Boolean).join('.')))
}

const covers = (wanted: string, where: string) =>
  wanted.endsWith('*') ? where.startsWith(wanted.slice(0, -1)) : wanted === where

describe.each([
  { pair: 'dev and staging', found: differences('dev', 'staging'), wanted: amongAwsStages },
  { pair: 'staging and prod', found: differences('staging', 'prod'), wanted: amongAwsStages },
  { pair: 'dev and prod', found: differences('dev', 'prod'), wanted: amongAwsStages },
  { pair: 'local and dev', found: differences('local', 'dev'), wanted: betweenLocalAndAws },
])('$pair', ({ found, wanted }) => {
  it('differ only where it is listed, with a reason: what works on one works on the other', () => {
    const places = Object.keys(wanted)
    expect(found.filter(({ where }) => !places.some((place) => covers(place, where)))).toEqual([])
  })
})

describe('the lists of wanted differences', () => {
  it.each([
    { name: 'among the stages on AWS', wanted: amongAwsStages, found: [...differences('dev', 'prod')] },
    { name: 'between local and AWS', wanted: betweenLocalAndAws, found: differences('local', 'dev') },
  ])('hold nothing that is the same: $name', ({ wanted, found }) => {
    expect(Object.keys(wanted).filter((place) => !found.some(({ where }) => covers(place, where)))).toEqual([])
  })

  it('say why, for each place', () => {
    for (const reason of [...Object.values(amongAwsStages), ...Object.values(betweenLocalAndAws)])
      expect(reason).toMatch(/^.{10,}$/)
  })
})

describe('staging and prod', () => {
  it('serve the same load with the same limits: a release that prod cannot carry fails on staging', () => {
    const differing = new Set(differences('staging', 'prod').map(({ where }) => where))
    const capacity = ['MethodSettings', 'ScalingConfig', 'ReservedConcurrentExecutions', 'TENANT_LIMITS', 'MemorySize']
    expect([...differing].filter((where) => capacity.some((name) => where.includes(name)))).toEqual([])
  })
})
