/**
 * Every metric that this system publishes itself, under the namespace `Steadfast` with the publishing function as dimension `service`.
 * Functions publish, alarms watch and dashboards show by these names only, so that none of them can mean another metric. Each costs 0.30
 * USD a month for every function that publishes it (ADR 29): what AWS counts already is not here.
 */
export const metrics = {
  // Requests
  RepliesReplayed: {
    unit: 'Count',
    description: 'Duplicates that were answered with the stored response of the first request',
  },
  WritesConflicted: {
    unit: 'Count',
    description: 'Writes refused with 409, as others kept changing the same resource',
  },

  // Outbox
  EventsPublished: { unit: 'Count', description: 'Events that the relay sent to every subscriber' },
  EventsLeftToSweeper: { unit: 'Count', description: 'Events that the relay could not send in time' },
  MessagesRefused: { unit: 'Count', description: 'Messages that a queue refused for good' },
  MessagesFailed: { unit: 'Count', description: 'Messages that a queue did not accept, and that are sent again' },
  OutboxRowsStuck: { unit: 'Count', description: 'Outbox rows older than a minute that a sweep found' },
  OutboxRowsLeft: { unit: 'Count', description: 'Outbox rows older than a minute that a sweep could not send' },
  OutboxRowsUnreadable: { unit: 'Count', description: 'Outbox rows that are no valid event' },
  OutboxOldestRowAge: { unit: 'Seconds', description: 'Age of the oldest outbox row' },

  // Subscribers
  MessagesApplied: { unit: 'Count', description: 'Messages whose event, and all before it, are applied' },
  DuplicatesSkipped: { unit: 'Count', description: 'Messages whose event was applied before' },
  MessagesBlocked: { unit: 'Count', description: 'Messages whose aggregate waits for an earlier event' },
  MessagesUnfinished: { unit: 'Count', description: 'Messages with more to do than there was time' },
  MessagesPoisonous: { unit: 'Count', description: 'Messages whose event cannot be applied' },
  MessagesRetried: { unit: 'Count', description: 'Messages that failed and are received again' },
  MissedEventsRead: {
    unit: 'Count',
    description: 'Events that a queue had not delivered and a subscriber read itself: gaps healed',
  },
  AggregatesBlocked: { unit: 'Count', description: 'Aggregates that an event began to block' },
  AggregatesUnblocked: { unit: 'Count', description: 'Aggregates whose blocking event was applied after all' },
  AggregatesStillBlocked: { unit: 'Count', description: 'Blocked aggregates that a reconciliation could not free' },
  ConsumerWritesRepeated: {
    unit: 'Count',
    description: 'Writes that a subscriber repeated, as another copy was faster',
  },
  EventsCaughtUp: {
    unit: 'Count',
    description: 'Events that no queue had delivered and a reconciliation made up for: gaps healed',
  },
  EventsNotConfirmed: {
    unit: 'Count',
    description: 'Events that a subscriber lacks although a reconciliation tried again',
  },

  // Sagas
  SagasCompensated: { unit: 'Count', description: 'Sagas that have undone what they did' },
  SagasParked: { unit: 'Count', description: 'Sagas that began to wait for an operator' },
  SagasHeld: { unit: 'Count', description: 'Sagas that wait until what they need is released' },
  SagasStarted: { unit: 'Count', description: 'Sagas whose first execution a reconciliation started' },
  SagaGenerationsStarted: {
    unit: 'Count',
    description: 'Sagas that lost their execution and continue as the next generation',
  },
  SagasWoken: { unit: 'Count', description: 'Resumed sagas that a reconciliation woke again' },
  SagasNotReconciled: { unit: 'Count', description: 'Sagas whose execution could not be determined' },
  SagaIndexLag: { unit: 'Seconds', description: 'How long ago a saga ended that the index of live sagas still has' },
  WebhooksGivenUp: { unit: 'Count', description: 'Webhooks whose endpoint stayed unavailable' },

  // Attachments
  UploadsSwept: { unit: 'Count', description: 'Uploads that S3 did not report and a sweep found' },
  UploadsNotSwept: { unit: 'Count', description: 'Objects in quarantine that a sweep could not handle' },
  UploadsLate: { unit: 'Count', description: 'Uploads whose malware verdict is overdue' },
  UploadsNotScanned: { unit: 'Count', description: 'Uploads that the malware scan could not read' },
  InfectedAfterClean: { unit: 'Count', description: 'Files found infected after a scan had called them clean' },
  CopiesSwept: { unit: 'Count', description: 'Copies in clean/ that belong to no ticket and were removed' },
  CopiesNotSwept: { unit: 'Count', description: 'Copies in clean/ that belong to no ticket and are still there' },

  // Reconciliation of stored data; what was found and healed is in its ledger
  DriftNotHealed: {
    unit: 'Count',
    description: 'Rows that disagree with what they follow from, and that a reconciliation did not heal',
  },

  // Sweeps and the watch over history
  RoundsIncomplete: { unit: 'Count', description: 'Rounds of a sweep that did not come to the end' },
  HistoryTampered: { unit: 'Count', description: 'Recorded events that were changed or removed' },
} as const satisfies Record<string, { unit: 'Count' | 'Seconds'; description: string }>

export type MetricName = keyof typeof metrics
type NamesOf<Unit extends string> = {
  [Name in MetricName]: (typeof metrics)[Name]['unit'] extends Unit ? Name : never
}[MetricName]
export type CountName = NamesOf<'Count'>
export type SecondsName = NamesOf<'Seconds'>

/** The namespace in CloudWatch, and the dimension that names the publisher. */
export const metricNamespace = 'Steadfast'
export const publisherDimension = 'service'

/** One publisher for all functions of the API: their metrics are shown together, and cost as much as those of one function. */
export const apiPublisher = 'api'
