/** SQS's quotas (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html). */

/** The largest message, and the largest sum of a batch's messages. */
export const messageBytesMax = 1024 * 1024
export const messageAttributesMax = 10
export const batchEntriesMax = 10
export const receivedMax = 10
export const waitSecondsMax = 20
export const delaySecondsMax = 900
/** The longest visibility timeout of one call, and in total since the message was received. */
export const visibilitySecondsMax = 12 * 60 * 60
export const deduplicationMs = 5 * 60_000
/** How long a ReceiveMessage can be repeated by its attempt id. */
export const attemptMs = 5 * 60_000
export const purgeEveryMs = 60_000
export const nameFreeAfterMs = 60_000
export const listedMax = 1000
export const tagsMax = 50
export const moveTasksListedMax = 10
export const movesPerSecondMax = 500
export const sourceQueuesMax = 10
export const receiveCountMax = 1000
