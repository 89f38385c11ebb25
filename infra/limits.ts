/** Numbers of the deployment that are the same on every stage, each with its reason. */

/** Under API Gateway's 29 s, so that a slow function ends as itself, with its log line, before the gateway gives up on it. */
export const httpTimeoutSeconds = 20

/** Ten messages take well under a second; the visibility timeout below, during which a crash holds up its messages, hangs on it. */
export const consumerTimeoutSeconds = 10

/** AWS advises at least six times the function's timeout, or a throttled batch is delivered a second time while it still runs. */
export const visibilityTimeoutSeconds = 6 * consumerTimeoutSeconds

/** SQS's own limit for a FIFO batch. */
export const consumerBatchSize = 10

/** Deliveries before a message is set aside: a fault of a few minutes passes without one. */
export const maxReceiveCount = 5

/** SQS's maximum: time to mend a consumer and redrive. */
export const deadLetterRetentionDays = 14

/** One SendMessageBatch per subscriber and ten rows, with in-process retries between. */
export const relayTimeoutSeconds = 30

export const relayBatchSize = 100

/** For a crash only; after these the sweeper sends what the stream gave up, as the row is still there. */
export const relayRetries = 3

/** Longer than one sweep should take and shorter than its schedule's minute: sweeps do not pile up. */
export const sweepTimeoutSeconds = 50

/** What stands still is found this often: the bound within which a saga goes on whose execution was lost (ADR 16). */
export const reconcileMinutes = 5

/** Some thousand questions to Step Functions; what is left is for the next time. */
export const reconcileTimeoutSeconds = 120

/** Longer than any task of a saga may take, so that it is the state machine that calls a step too slow, and says what then. */
export const sagaStepTimeoutSeconds = 60

/** One write, retried for as long as a request's would be. */
export const mailEventTimeoutSeconds = 20

/** As above: the longest task of the attachment saga reads, hashes and copies a file of 10 MB. */
export const attachmentStepTimeoutSeconds = 120

/** One read, one write and one call; the sweeper repeats what takes longer. */
export const recordUploadTimeoutSeconds = 15

/** One write, one read and one call; what fails three times is a dead letter. */
export const recordScanTimeoutSeconds = 15

/** A copy that S3 finished too late is rare, and nobody sees it: it may lie there for so long. */
export const copySweepMinutes = 60

/** A million objects are a thousand pages of a list, at about a tenth of a second each. */
export const copySweepTimeoutSeconds = 300

/** GuardDuty scans a file of 10 MB in seconds; who has waited for an hour had better upload it again. */
export const scanSecondsMax = 3_600

/** What a saga or the sweeper left in quarantine, which is a fault; S3 counts whole days. */
export const quarantineDays = 1

/** Well under the life of a function's credentials, which sign the address for an upload. */
export const uploadSecondsMax = 3_600

export const watchTimeoutSeconds = 10

/** 512 MB is about 0.3 of a processor: JWT checks and JSON stay in single milliseconds. */
export const memoryMb = 512

/** The relay is this late when something is wrong: its usual delay is under a second. */
export const relayLateAfterSeconds = 60

/** The oldest unsent event has been passed over by relay and sweeps for this long. */
export const outboxStuckAfterSeconds = 300

/** The oldest message of a subscriber waits this long when the subscriber does not keep up or keeps failing. */
export const subscriberLateAfterSeconds = 300
