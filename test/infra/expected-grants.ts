/** What AWS asks of a state machine that logs; these actions take no resource ("Logging using CloudWatch Logs"). */
const logDelivery = [
  'logs:CreateLogDelivery *',
  'logs:DeleteLogDelivery *',
  'logs:DescribeLogGroups *',
  'logs:DescribeResourcePolicies *',
  'logs:GetLogDelivery *',
  'logs:ListLogDeliveries *',
  'logs:PutResourcePolicy *',
  'logs:UpdateLogDelivery *',
]

const reads = (queue: string) =>
  ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map(
    (action) => `sqs:${action} ${queue}`,
  )

const sendsToSubscribers = ['ProjectViewsQueue', 'StartSagaQueue', 'UnassignTicketsQueue', 'WakeSagaQueue'].map(
  (queue) => `sqs:SendMessage ${queue}`,
)

const machines = ['Attachment', 'Notification', 'Removal', 'Webhook']
const startsSagas = machines.map((machine) => `states:StartExecution ${machine}`)

/** Wakes sagas, examines their executions, and starts the next generation of a lost one. */
const recoversSagas = [
  ...startsSagas,
  ...machines.map((machine) => `states:SendTaskSuccess ${machine}`),
  ...machines.map((machine) => `states:DescribeExecution states:execution:${machine.toLowerCase()}:*`),
]

const callsBack = 'states:SendTaskSuccess states:stateMachine:attachment'

/** A run of a schedule that fails with its retries. */
const missedRun = 'sqs:SendMessage sqs:schedules-dlq'

const bucket = 's3:::attachments-{AccountId}-{Region}'
const digests = 's3:::digests-{AccountId}-{Region}'
const archive = 's3:::archive-{AccountId}-{Region}'
/** Archives are only read: nobody but an operator writes or deletes one. */
const readsArchives = [`s3:GetObject ${archive}/*`, `s3:ListBucket ${archive}`]
const quarantine = `${bucket}/quarantine/*`
const clean = `${bucket}/clean/*`

/**
 * What each role may do besides its tables (app/functions.ts) and its own log. A role that is not listed may do nothing else.
 * `mailIdentities` are the address that mail is sent from and its domain.
 */
export const expectedGrants = (mailIdentities: string[], isAws: boolean): Record<string, string[]> => ({
  'start-saga': [...reads('StartSagaQueue'), ...startsSagas],
  'wake-saga': [...reads('WakeSagaQueue'), ...recoversSagas],
  'project-views': reads('ProjectViewsQueue'),
  'unassign-tickets': reads('UnassignTicketsQueue'),
  'relay-outbox': [...sendsToSubscribers, 'sqs:SendMessage RelayOutboxDeadLetters'],
  'sweep-outbox': [...sendsToSubscribers, missedRun],
  'watch-events': ['sqs:SendMessage WatchEventsDeadLetters'],
  'reconcile-sagas': [...recoversSagas, missedRun],
  'reconcile-consumers': [
    ...startsSagas,
    ...readsArchives,
    `s3:PutObject ${digests}/parts/*`,
    `s3:PutObject ${digests}/days/*`,
    `s3:GetObject ${digests}/days/*`,
    `s3:ListBucket ${digests}`,
    missedRun,
  ],
  'list-events': readsArchives,
  'get-ticket-sla': readsArchives,
  'correct-ticket': readsArchives,
  'reconcile-data': [...startsSagas, ...readsArchives, `s3:GetObject ${clean}`, `s3:ListBucket ${bucket}`, missedRun],
  // A presigned URL allows what its signer may do. Its download is answered with 404 for a file that was removed.
  'get-attachment': [`s3:PutObject ${quarantine}`, `s3:GetObject ${clean}`, `s3:ListBucket ${bucket}`],
  'record-upload': [`s3:DeleteObject ${quarantine}`, callsBack, 'sqs:SendMessage RecordUploadDeadLetters'],
  'record-bounce': ['sqs:SendMessage RecordBounceDeadLetters'],
  'sweep-uploads': [`s3:DeleteObject ${quarantine}`, `s3:ListBucket ${bucket}`, callsBack, missedRun],
  'sweep-copies': [`s3:DeleteObject ${clean}`, `s3:ListBucket ${bucket}`, missedRun],
  'run-attachment-step': [
    ...['GetObject', 'DeleteObject'].map((action) => `s3:${action} ${quarantine}`),
    ...['GetObject', 'PutObject', 'DeleteObject'].map((action) => `s3:${action} ${clean}`),
    // Without it, S3 answers 403 instead of 404 for an object that does not exist.
    `s3:ListBucket ${bucket}`,
    callsBack,
  ],
  'run-removal-step': [`s3:DeleteObject ${clean}`],
  'run-notification-step': mailIdentities.map((identity) => `ses:SendRawEmail ses:${identity}`),
  ...Object.fromEntries(
    machines.map((machine) => [
      `${machine.toLowerCase()}-saga`,
      // Every version: an execution calls the version that it started with (ADR 0013).
      [`lambda:InvokeFunction Run${machine}Step:*`, ...logDelivery],
    ]),
  ),
  ...(isAws && { 'record-scan': [callsBack, 'sqs:SendMessage RecordScanDeadLetters'], 'malware-scan': scanner }),
})

const guardDutyRule = 'events:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*'
const ifManagedByGuardDuty = 'if {"StringLike":{"events:ManagedBy":"malware-protection-plan.guardduty.amazonaws.com"}}'

/** What GuardDuty requires, for quarantine only (GuardDuty User Guide, "Create or update IAM role policy"). */
const scanner = [
  ...['DeleteRule', 'PutRule', 'PutTargets', 'RemoveTargets'].map(
    (action) => `events:${action} ${guardDutyRule} ${ifManagedByGuardDuty}`,
  ),
  ...['DescribeRule', 'ListTargetsByRule'].map((action) => `events:${action} ${guardDutyRule}`),
  ...['GetBucketNotification', 'ListBucket', 'PutBucketNotification'].map((action) => `s3:${action} Bucket`),
  's3:PutObject Bucket/malware-protection-resource-validation-object',
  's3:GetObject Bucket/quarantine/*',
  's3:GetObjectVersion Bucket/quarantine/*',
]
