import { Architecture } from 'aws-cdk-lib/aws-lambda'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { RemovalPolicy } from 'aws-cdk-lib/core'

/** Everything in which the stages differ; what is not here is the same everywhere. */
export interface Stage {
  name: StageName
  /** What happens to tables and logs when their stack is deleted. */
  removalPolicy: RemovalPolicy
  /** DynamoDB refuses to delete a protected table, whoever asks. */
  isDeletionProtected: boolean
  logRetention: RetentionDays
  architecture: Architecture
  /** Alarms are sent to a topic that people subscribe to. */
  hasAlarmTopic: boolean
  /** Access logs need a role in the account's API Gateway settings; the API stack sets it. Emulators need none. */
  setsApiLogRole: boolean
  /** Requests over these are answered 429 by the gateway. Undefined leaves the account's own limits. */
  throttling?: { ratePerSecond: number; burst: number }
  /** Concurrent invocations set aside for one function, which are also its limit. */
  reservedConcurrency: Record<string, number>
  /** Mail that comes back is told by SES through SNS. Emulators accept mail and tell nothing. */
  hasMailEvents: boolean
  /** Sender of mail; this address or its domain must be verified in SES. Another: `-c mailFrom=…`. */
  mailFrom: string
  /** Who scans uploads for malware, beside our own look for the test file. Another: `-c malwareScan=guardduty` or `off`. */
  malwareScan?: MalwareScan
  /** Webhooks may be sent to this machine and its network, also without TLS: for trying things out, never where others are tenants. */
  allowsPrivateWebhooks?: true
  /** Default of the JwtIssuer parameter. Without one, the first deploy must name it. */
  jwtIssuer?: string
}

export type StageName = 'local' | 'dev' | 'prod'

export type MalwareScan = 'guardduty'

export const stages: Record<StageName, Stage> = {
  local: {
    name: 'local',
    removalPolicy: RemovalPolicy.DESTROY,
    isDeletionProtected: false,
    logRetention: RetentionDays.THREE_DAYS,
    // The processor of most machines that emulators run on; nothing in the bundles is native.
    architecture: Architecture.X86_64,
    hasAlarmTopic: false,
    setsApiLogRole: false,
    reservedConcurrency: {},
    hasMailEvents: false,
    mailFrom: 'support@steadfast.example',
    allowsPrivateWebhooks: true,
    jwtIssuer: 'https://issuer.steadfast.example',
  },
  dev: {
    name: 'dev',
    removalPolicy: RemovalPolicy.DESTROY,
    isDeletionProtected: false,
    logRetention: RetentionDays.TWO_WEEKS,
    architecture: Architecture.ARM_64,
    hasAlarmTopic: true,
    setsApiLogRole: true,
    throttling: { ratePerSecond: 100, burst: 200 },
    // A new account has 10 concurrent executions in all: setting any aside would fail the deploy.
    reservedConcurrency: {},
    hasMailEvents: true,
    mailFrom: 'support@dev.steadfast.example',
    malwareScan: 'guardduty',
  },
  prod: {
    name: 'prod',
    removalPolicy: RemovalPolicy.RETAIN,
    isDeletionProtected: true,
    logRetention: RetentionDays.SIX_MONTHS,
    architecture: Architecture.ARM_64,
    hasAlarmTopic: true,
    setsApiLogRole: true,
    throttling: { ratePerSecond: 1000, burst: 2000 },
    // A second sweep beside a slow one is harmless, but would send the same rows again.
    reservedConcurrency: { 'sweep-outbox': 1 },
    hasMailEvents: true,
    mailFrom: 'support@steadfast.example',
    malwareScan: 'guardduty',
  },
}

/** The stage of that name. Throws when there is none. */
export function stageOf(name: string): Stage {
  const stage = Object.values(stages).find((each) => each.name === name)
  if (!stage) throw new Error(`There is no stage "${name}": choose ${Object.keys(stages).join(', ')}.`)
  return stage
}

/** A stage with another scan than its own, or none; as it is when `malwareScan` is undefined. Throws on a scan that nobody knows. */
export function scannedBy(malwareScan: string | undefined, { malwareScan: own, ...stage }: Stage): Stage {
  const chosen = malwareScan ?? own ?? 'off'
  if (chosen !== 'guardduty' && chosen !== 'off')
    throw new Error(`There is no malware scan "${chosen}": choose guardduty or off.`)
  return chosen === 'off' ? stage : { ...stage, malwareScan: chosen }
}

/** What functions are told whose work depends on whether uploads are scanned. */
export function scanEnvironment({ malwareScan }: Stage): Record<string, string> {
  return malwareScan ? { MALWARE_SCAN: malwareScan } : {}
}

/** What functions that take or use addresses of webhooks are told. */
export function webhookEnvironment({ allowsPrivateWebhooks }: Stage): Record<string, string> {
  return allowsPrivateWebhooks ? { WEBHOOK_ALLOW_PRIVATE: 'true' } : {}
}
