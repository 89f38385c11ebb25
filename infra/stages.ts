import { Architecture } from 'aws-cdk-lib/aws-lambda'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { RemovalPolicy } from 'aws-cdk-lib/core'
import type { FunctionName } from '../app/functions.ts'
import type { TenantLimits } from '../app/http/tenant-limit.ts'

/** Everything that differs between stages. What is not here is the same everywhere. */
export interface Stage {
  name: StageName
  /** What happens to tables, the bucket, queues, logs and keys when their stack is deleted. */
  removalPolicy: RemovalPolicy
  /** DynamoDB refuses to delete protected tables, and CloudFormation any stack: `cdk destroy` fails. */
  isDeletionProtected: boolean
  logRetention: RetentionDays
  /**
   * How S3 locks the digests of history, and for how many days (ADR 33): `GOVERNANCE` yields to an operator who destroys the stage with the
   * right to bypass it, `COMPLIANCE` to nobody, not even to the account.
   */
  digestLock: { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number }
  architecture: Architecture
  /** Whether alarms notify a topic that people subscribe to. */
  hasAlarmTopic: boolean
  /** Whether nobody may deploy the stage without a subscriber to its alarms. */
  needsAlarmSubscriber: boolean
  /**
   * What the stage's account should cost in a month at most, in USD: the alarm topic hears of 80% spent and of 100% forecast. CDK context
   * `budgetUsd` overrides it. Emulators cost nothing.
   */
  budgetUsd?: number
  /** Whether X-Ray traces requests, functions and sagas. Emulators keep no traces. */
  isTraced: boolean
  /** Who hears alarms: an e-mail address or an https URL. Set by CDK context `alarmSubscriber`. */
  alarmSubscriber?: string
  /** Whether the API stack sets the role for access logs in the account's API Gateway settings. Emulators need none. */
  setsApiLogRole: boolean
  /** The gateway answers requests above these limits with 429. Without them, the account's limits apply. */
  throttling?: { ratePerSecond: number; burst: number }
  /** Requests per tenant over all functions; more get 429 (ADR 23). Well below `throttling`, so that one tenant can't use it up. */
  tenantLimits: TenantLimits
  /** Invocations at the same time: what the account allows, and how many each queue may use. */
  concurrency: { account?: number; perQueue: number }
  /** Reserved concurrency by function: guaranteed to the function, and its maximum. */
  reservedConcurrency: Partial<Record<FunctionName, number>>
  /** Whether SES reports bounces and complaints through SNS. Emulators accept mail and report nothing. */
  hasMailEvents: boolean
  /** Sender of mail. The address or its domain must be verified in SES. CDK context `mailFrom` overrides it. */
  mailFrom: string
  /** What scans uploads for malware; without it, only the EICAR test file is detected. CDK context `malwareScan` overrides it. */
  malwareScan?: MalwareScan
  /** A Cognito user pool of the stage issues the tokens; without it, another issuer does. CDK context `identity`. */
  identity?: 'cognito'
  /** Whether the API does not serve the operators' console. CDK context `console=off`. */
  isWithoutConsole?: true
  /**
   * `aws` by default; from `customer` there is no way back. CDK context `encryptionKey`. Topics have keys of the account either way:
   * services may not use AWS's key of SNS.
   */
  encryptionKey?: EncryptionKey
  /** Allows webhooks to private addresses and without TLS. For one's own machine only: tenants could reach the network behind it. */
  allowsPrivateWebhooks?: true
  /** Default of the JwtIssuer parameter. Without it, the first deployment has to pass one. */
  jwtIssuer?: string
  /**
   * Whether tokens are verified with keys that come as the JwtKeySet parameter. Without them, its API would answer 503 to every request.
   */
  needsKeySet?: true
}

export type StageName = 'local' | 'dev' | 'staging' | 'prod'

/** A stage that is deployed to an AWS account. Each should have an account of its own: budget and quotas are the account's. */
export type AwsStageName = Exclude<StageName, 'local'>

/**
 * - `guardduty`: an upload waits for a verdict of GuardDuty.
 * - `draining`: uploads requested from now on do not wait; those that wait already still get their verdict. The step before `off`.
 */
const malwareScans = ['guardduty', 'draining'] as const
export type MalwareScan = (typeof malwareScans)[number]

/** The settings of the malware scan, for CDK context and commands. */
export const malwareScanSettings = [...malwareScans, 'off'] as const

/** Whose keys encrypt what is stored: AWS's own, or one of the account, which it can audit, disable and delete (ADR 28). */
export type EncryptionKey = 'aws' | 'customer'

/** What a stage serves that real users use, and the one on which its releases are tried: a limit is met there first. */
const productionCapacity = {
  throttling: { ratePerSecond: 1000, burst: 2000 },
  tenantLimits: { requestsPerSecond: 200 },
  // The default quota of an account. What neither queues nor the functions below may use is left to the API: more than half (ADR 23).
  concurrency: { account: 1000, perQueue: 25 },
  // Functions that Step Functions, S3, SNS or EventBridge invoke have no other limit; what is above theirs is tried again later.
  reservedConcurrency: {
    // Two concurrent sweeps would send the same rows twice, which is harmless and costs money.
    'sweep-outbox': 1,
    'run-notification-step': 100,
    'run-webhook-step': 50,
    'run-attachment-step': 50,
    'record-upload': 20,
    'record-scan': 20,
    'record-bounce': 5,
  },
} satisfies Partial<Stage>

export const stages: Record<StageName, Stage> = {
  local: {
    name: 'local',
    removalPolicy: RemovalPolicy.DESTROY,
    isDeletionProtected: false,
    logRetention: RetentionDays.THREE_DAYS,
    digestLock: { mode: 'GOVERNANCE', days: 1 },
    // Most machines that run emulators have this processor. The bundles contain no native code.
    architecture: Architecture.X86_64,
    hasAlarmTopic: false,
    needsAlarmSubscriber: false,
    isTraced: false,
    setsApiLogRole: false,
    // Above what one machine can serve, so that load runs are not limited. One tenant has less, to show the limit.
    tenantLimits: { requestsPerSecond: 2_000, overrides: { 'limited-tenant': 2 } },
    concurrency: { perQueue: 4 },
    reservedConcurrency: {},
    hasMailEvents: false,
    mailFrom: 'support@steadfast.example',
    allowsPrivateWebhooks: true,
    jwtIssuer: 'https://issuer.steadfast.example',
    needsKeySet: true,
  },
  dev: {
    name: 'dev',
    removalPolicy: RemovalPolicy.DESTROY,
    isDeletionProtected: false,
    logRetention: RetentionDays.TWO_WEEKS,
    digestLock: { mode: 'GOVERNANCE', days: 1 },
    architecture: Architecture.ARM_64,
    hasAlarmTopic: true,
    needsAlarmSubscriber: false,
    budgetUsd: 50,
    isTraced: true,
    setsApiLogRole: true,
    throttling: { ratePerSecond: 100, burst: 200 },
    tenantLimits: { requestsPerSecond: 50 },
    // 2 is the minimum of SQS. The relay and four queues leave little of ten, but an idle queue uses none of it.
    concurrency: { account: 10, perQueue: 2 },
    // A new account has 10 concurrent executions in total, and AWS refuses to reserve any of them.
    reservedConcurrency: {},
    hasMailEvents: true,
    mailFrom: 'support@dev.steadfast.example',
    malwareScan: 'guardduty',
  },
  staging: {
    name: 'staging',
    removalPolicy: RemovalPolicy.DESTROY,
    isDeletionProtected: false,
    logRetention: RetentionDays.ONE_MONTH,
    digestLock: { mode: 'GOVERNANCE', days: 1 },
    architecture: Architecture.ARM_64,
    hasAlarmTopic: true,
    needsAlarmSubscriber: false,
    budgetUsd: 100,
    isTraced: true,
    setsApiLogRole: true,
    ...productionCapacity,
    hasMailEvents: true,
    mailFrom: 'support@staging.steadfast.example',
    malwareScan: 'guardduty',
  },
  prod: {
    name: 'prod',
    // What a failed deployment has created goes again: it holds nothing, and the next attempt needs its name.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    isDeletionProtected: true,
    logRetention: RetentionDays.SIX_MONTHS,
    digestLock: { mode: 'COMPLIANCE', days: 365 },
    architecture: Architecture.ARM_64,
    hasAlarmTopic: true,
    needsAlarmSubscriber: true,
    budgetUsd: 1_000,
    isTraced: true,
    setsApiLogRole: true,
    ...productionCapacity,
    hasMailEvents: true,
    mailFrom: 'support@steadfast.example',
    malwareScan: 'guardduty',
  },
}

export const awsStageNames: readonly AwsStageName[] = ['dev', 'staging', 'prod']

/** A setting of a deployment that is wrong or missing: its message says what to pass. */
export class SettingError extends Error {
  override name = 'SettingError'
}

/** Throws `SettingError` when there is no stage of that name. */
export function stageNamed(name: string): Stage {
  const stage = Object.values(stages).find((each) => each.name === name)
  if (!stage) throw new SettingError(`Unknown stage "${name}": choose ${Object.keys(stages).join(', ')}.`)
  return stage
}

/**
 * The stage with another malware scan or none; `undefined` keeps the stage's own. Throws `SettingError` for an unknown one.
 */
export function withMalwareScan({ malwareScan: byDefault, ...stage }: Stage, malwareScan: string | undefined): Stage {
  const chosen = malwareScanSettings.find((setting) => setting === (malwareScan ?? byDefault ?? 'off'))
  if (chosen === undefined)
    throw new SettingError(`Unknown malware scan "${malwareScan}": choose guardduty, draining or off.`)
  return chosen === 'off' ? stage : { ...stage, malwareScan: chosen }
}

/**
 * The stage, if the keys that verify its tokens are taken care of: `keySet` is CDK context, and `parameter` says that the deployment passes
 * JwtKeySet. Throws `SettingError` when the stage needs keys and nobody passes them, as with a plain `cdk deploy`.
 */
export function withKeySet(stage: Stage, keySet: string | undefined): Stage {
  if (!stage.needsKeySet || keySet === 'parameter') return stage
  throw new SettingError(
    `Stage "${stage.name}" needs the public keys of a data folder: deploy it with npm run deploy -- --target localstack, which passes them (or with --context keySet=parameter and the parameter JwtKeySet), or choose a stage for AWS with --context stage=dev.`,
  )
}

/**
 * The stage with the subscriber of its alarms. Throws `SettingError` when the subscriber is neither an e-mail address nor an https URL, or
 * when the stage has none and needs one.
 */
export function withAlarmSubscriber(stage: Stage, subscriber: string | undefined): Stage {
  if (subscriber === undefined && stage.needsAlarmSubscriber) throw new SettingError(noAlarmSubscriber(stage))
  if (subscriber === undefined) return stage
  if (!/^(https:\/\/[^\s/@]+(\/\S*)?|[^\s@:]+@[^\s@]+\.[^\s@]+)$/.test(subscriber))
    throw new SettingError(`"${subscriber}" cannot receive alarms: pass an e-mail address or an https URL.`)
  return { ...stage, alarmSubscriber: subscriber }
}

export function noAlarmSubscriber({ name }: Stage): string {
  return `Nobody hears the alarms of stage "${name}": pass --context alarmSubscriber=ADDRESS, an e-mail address or an https URL.`
}

/** The stage with the keys that are chosen; `undefined` means AWS's. Throws `SettingError` when they are neither `aws` nor `customer`. */
export function withEncryptionKey(stage: Stage, encryptionKey: string | undefined): Stage {
  if (encryptionKey === undefined) return stage
  if (encryptionKey !== 'aws' && encryptionKey !== 'customer')
    throw new SettingError(`Unknown encryption key "${encryptionKey}": choose aws or customer.`)
  if (encryptionKey === 'customer' && stage.name === 'local')
    throw new SettingError(
      'Stage "local" has no keys: emulators encrypt nothing. Choose a stage on AWS for encryptionKey=customer.',
    )
  return { ...stage, encryptionKey }
}

/** The stage with a user pool of its own. Throws `SettingError` when `identity` is not `cognito`, or on local. */
export function withIdentity(stage: Stage, identity: string | undefined): Stage {
  if (identity === undefined) return stage
  if (identity !== 'cognito') throw new SettingError(`Unknown identity "${identity}": choose cognito, or leave it out.`)
  if (stage.name === 'local')
    throw new SettingError(
      'Stage "local" has no user pool: use npm run token. Choose a stage on AWS for identity=cognito.',
    )
  return { ...stage, identity }
}

/** The stage with or without the operators' console; `undefined` keeps it. Throws `SettingError` when it is neither `on` nor `off`. */
export function withConsole(stage: Stage, console: string | undefined): Stage {
  if (console === undefined || console === 'on') return stage
  if (console !== 'off') throw new SettingError(`Unknown console "${console}": choose on or off.`)
  return { ...stage, isWithoutConsole: true }
}

/**
 * The stage with another monthly budget; `undefined` keeps its own. Throws `SettingError` when it is not a whole number of USD from 1 on.
 */
export function withBudget(stage: Stage, budgetUsd: string | undefined): Stage {
  if (budgetUsd === undefined || stage.budgetUsd === undefined) return stage
  if (!/^[1-9]\d{0,8}$/.test(budgetUsd))
    throw new SettingError(`"${budgetUsd}" is no monthly budget: pass whole USD, such as budgetUsd=200.`)
  return { ...stage, budgetUsd: Number(budgetUsd) }
}

/** Whether an upload that is requested from now on waits for a verdict. */
export function waitsForScan({ malwareScan }: Stage): boolean {
  return malwareScan === 'guardduty'
}

/** Environment variables of functions whose work depends on whether uploads are scanned. */
export function scanEnvironment(stage: Stage): Record<string, string> {
  return waitsForScan(stage) ? { MALWARE_SCAN: 'guardduty' } : {}
}

/** Environment variables of functions that accept or use addresses of webhooks. */
export function webhookEnvironment({ allowsPrivateWebhooks }: Stage): Record<string, string> {
  return allowsPrivateWebhooks ? { WEBHOOK_ALLOW_PRIVATE: 'true' } : {}
}
