/** Numbers that are the same on every stage, with their units and a reason each. What differs per stage is in `stages.ts`. */

/** The maximum of Lambda, after one and two minutes. What fails three times becomes a dead letter. */
export const asyncRetries = 2

// HTTP requests

/** Below API Gateway's limit of 29 s, so that a slow function ends first and leaves a line in its log. */
export const httpTimeoutSeconds = 20

/** A single 503 is retried by its client; five in a minute are a fault. */
export const apiErrorsAlarmPerMinute = 5

/** A client that ignores Retry-After for five minutes. Fewer are answered once and come back, as they should. */
export const throttledRequestsAlarmPerMinute = 10
export const throttledRequestsAlarmMinutes = 5

/** Opening the console takes four requests, once per deployment: enough for five operators in a second. */
export const consoleRequestsMax = { ratePerSecond: 20, burst: 40 }

// Tokens of the user pool

/** Cognito gives up after 5 s, whatever the function's own limit. */
export const tokenClaimsTimeoutSeconds = 5

/** A withdrawn role takes effect when the last token that has it ends (ADR 20). */
export const tokenMinutes = 60

// Throttling

/** Clients of DynamoDB and event sources of Lambda retry for seconds; what is throttled for minutes is late for users. */
export const throttlingAlarmMinutes = 3

// Dead letters and silence

/** A delivery that a fast path missed is rare: three within a quarter of an hour mean that the fast path does not work. */
export const missedDeliveriesAlarm = { minutes: 15, breachingMinutes: 3 }

// Outbox: relay and sweep

/** A full batch takes about ten SendMessageBatch calls per subscriber, with retries between them. */
export const relayTimeoutSeconds = 30

/** DynamoDB's default for streams. A batch that is halved after a crash reaches its poison record in seven steps. */
export const relayBatchSize = 100

/** Only a crash is retried by the stream. A row that is skipped after that is still in the outbox, and the sweep sends it. */
export const relayRetries = 3

/** Far above the usual delay of the relay, which is under a second. */
export const relayAgeAlarmSeconds = 60

/** A row counts as stuck after a minute, so the sweep that finds it should not be further away than that. */
export const sweepMinutes = 1

/** Below the minute between two sweeps, so that sweeps do not overlap. */
export const sweepTimeoutSeconds = 50

/** The relay and at least four sweeps have failed to send the event. */
export const outboxAgeAlarmSeconds = 300

// Subscribers

/** Ten messages take well under a second. The visibility timeout follows from it: a crash delays its messages by that time. */
export const consumerTimeoutSeconds = 10

/** AWS recommends at least six function timeouts. With less, a batch that waits for a free function is received a second time. */
export const visibilityTimeoutSeconds = 6 * consumerTimeoutSeconds

/** The maximum of SQS for a FIFO queue. */
export const consumerBatchSize = 10

/** Five minutes of visibility timeouts: a shorter fault makes no dead letter. Two more than `poisonFromReceive` (app/consume). */
export const maxReceiveCount = 5

/** The maximum of SQS, for messages and dead letters: a consumer may be off over a long weekend, and its repair may take another. */
export const messageRetentionDays = 14

/** A subscriber that is this late keeps failing or cannot keep up. */
export const queueAgeAlarmSeconds = 300

// Reconciliation

/** A lost execution is replaced, and a lost resume delivered, within two of these (ADR 16). */
export const reconcileMinutes = 5

/** Enough for some thousand calls to Step Functions; the next run continues with the rest. */
export const reconcileTimeoutSeconds = 120

/** The time between two rounds over all stored data: what a round finds was missed by everything that is faster. */
export const reconcileDataMinutes = 60

/** A round reads for as long as this, and goes on in the next one. */
export const reconcileDataTimeoutSeconds = 300

// Sagas

/** Above the longest task timeout of a saga, so that the state machine decides that a step took too long and what follows. */
export const sagaStepTimeoutSeconds = 60

/** The same for the attachment saga: its longest task reads, hashes and copies a file of 10 MB. */
export const attachmentStepTimeoutSeconds = 120

/** One write, retried as long as that of a request. */
export const mailEventTimeoutSeconds = 20

// Attachments

/** One read, one write and one call. The sweep repeats what takes longer. */
export const recordUploadTimeoutSeconds = 15

/** One read, one write and one call. What fails three times becomes a dead letter. */
export const recordScanTimeoutSeconds = 15

/** GuardDuty scans a file of 10 MB within seconds; after an hour, a second upload is faster than waiting. */
export const scanSecondsMax = 3_600

/**
 * Longer than any hold: a saga that waits for a release has its file in quarantine, and ends after a year (ADR 58). Only a fault leaves an
 * object there for that long: its saga deletes it, and `sweep-uploads` what an ended saga left.
 */
export const quarantineDays = 370

/** The minimum of S3, which counts whole days. Nothing in quarantine is worth a second chance: the person uploads again. */
export const quarantineOldVersionDays = 1

/** Equals the time for which tables can be restored (35 days), so that rows and files of one moment can be restored together. */
export const oldVersionDays = 35

/** A copy that S3 finishes too late is rare and invisible to users, so it may stay for an hour. */
export const copySweepMinutes = 60

/** A million objects are a thousand pages of a list, at about 0.1 s each. */
export const copySweepTimeoutSeconds = 300

// Watch over recorded history

/** It only writes log lines. */
export const watchTimeoutSeconds = 10

/** Changes to recorded history are single events; small batches put little evidence at risk in a crash. */
export const watchBatchSize = 10

/** Writing a log line fails only for a moment; after five attempts, a dead letter keeps the pointer to the record. */
export const watchRetries = 5

/** Well below the 24 hours after which the stream drops a record. */
export const watchAgeAlarmSeconds = 300
