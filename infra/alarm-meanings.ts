import type { reconcileFunctions, SubscriberName, uploadFunctions } from '../app/functions.ts'

/**
 * The description of each alarm, for the person whom it wakes: what users notice, then what to look at first. Logs are the CloudWatch log
 * groups of the functions; every log line carries the correlation id of its request.
 */
export const alarmMeanings = {
  ApiErrors:
    'Users get 503; their requests may or may not have taken effect. Look first at the access log of the API for the failing route, then at the log of its function.',

  ApiThrottled:
    'Users are answered 429 for minutes: all of them at the limit of the stage, or those of one busy tenant. Look first at the access log of the API for status 429.',
  FunctionsThrottled:
    'Requests are answered 429 or 503, and notifications and counts come late: Lambda has had no free execution for minutes. Look first at the throttles by function, then at the concurrency of the account, which all its applications share.',

  SchedulesDeadLetters:
    'What users see may be wrong or late until the next run succeeds: a scheduled function could not be started, or failed three times. Look first at the dead letter for the function, then at its log, then delete the dead letter.',
  DeadLettersLost:
    'Something failed for good and could not be kept as a dead letter, so its effect for users is lost. Look first at DestinationDeliveryFailures by function, then at the log of that function and at the permission of its role on the queue.',
  AlarmsDeadLetters:
    'Users notice nothing, but an alarm did not reach its subscriber. Look first at the dead letters for the alarms, then at whether the subscriber of the alarm topic still accepts notifications.',

  HistoryTampered:
    'Recorded history was changed or deleted: what users read about their tickets may not be what happened. Look first at the log of watch-events, which has the row before and after the change.',
  WatchEventsDeadLetters:
    'Recorded history was changed or deleted, and the evidence could not be logged. Look first at the record in the stream of Events that the dead letter points to: it expires 24 hours after the change.',
  WatchEventsLate:
    'Users notice nothing, but changes to recorded history went unchecked for five minutes. Look first at the errors and throttles of watch-events.',

  RelayOutboxLate:
    'Notifications and counts are more than a minute behind the changes. Look first at the errors and throttles of relay-outbox.',
  RelayOutboxDeadLetters:
    'The effects of some changes come one or two minutes late: the relay crashed on their events, and the sweep sends them. Look first at the log of relay-outbox for the crash.',
  SweepFails:
    'Users miss notifications and see wrong counts for every event that the relay could not send. Look first at the log of sweep-outbox.',
  OutboxStuck:
    'A change was committed at least five minutes ago, and its notifications and counts do not follow. Look first at the log of sweep-outbox for the queue that does not accept the event.',
  OutboxUnreadable:
    'The notifications and counts of a change will never follow: its outbox row cannot be read as an event. Look first at the log of sweep-outbox for the key of the row, then at what was deployed last.',

  RelaySilent:
    'Notifications and counts come one or two minutes late: the relay does not send, and only the sweep does. Look first at the event source mapping, the errors and the throttles of relay-outbox.',

  ReconcileSagasFails:
    'Notifications and uploads whose saga lost its execution do not continue. Look first at the log of reconcile-sagas.',
  SagasNotReconciled:
    'A notification or upload may have stopped halfway, and whether its saga still runs could not be determined. Look first at the log of reconcile-sagas for the saga.',
  SagasHeld:
    'Mails, webhooks or uploads wait, as an admin holds what they need, or an operator everything. Look first at whether they still mean it: npm run hold -- status, then GET /holds of a tenant, which has who, since when and why; the log of reconcile-sagas counts them.',
  SagaDefinitionGone:
    'A notification or upload has stopped halfway: its saga lost its execution, and the deployed definition cannot continue it. Look first at the log of reconcile-sagas for the saga and at what was deployed last, then resume it or deploy its definition again (ADR 16).',
  EventsNotConfirmed:
    'A change of at least 15 minutes ago is missing in counts, assignments or notifications, and another attempt has failed; or the digest that proves its history could not be stored. Look first at the log of reconcile-consumers for the event and the cause.',
  AggregatesStillBlocked:
    'A change and everything after it on the same ticket is missing in counts, assignments or notifications: a subscriber cannot apply an event, and trying again has not helped. Look first at the log of reconcile-consumers for the subscriber, the event and the cause, then at GET /blocked of the tenant.',
  ReconcileConsumersFails:
    'Counts and assignments stay wrong for tickets with an event that a subscriber could not apply, and history has no new digests. Look first at the log of reconcile-consumers.',
  ReconcileDataFails:
    'Users notice nothing yet, but nobody looks whether stored data still agrees with itself. Look first at the log of reconcile-data.',
  DriftNotHealed:
    'What some users see is not what happened: stored data disagrees, and only a person can put it right. Look first at the log of reconcile-data for what has drifted and what to do, then run "npm run reconcile".',

  RecordBounceDeadLetters:
    'Somebody goes on getting mail that bounces or that they reported as spam, which costs our mail its reputation. Look first at the log of record-bounce, then invoke it with the event in the dead letter.',

  RecordUploadDeadLetters:
    'Uploads are accepted a minute late: their S3 notification failed three times, and the sweep records them. Look first at the log of record-upload, then delete the dead letter.',
  UploadEventsMissing:
    'Uploads are accepted a minute late: S3 does not report them, and only the sweep finds them. Look first at the notifications of the bucket and at the throttles of record-upload.',
  UploadSweepFails:
    'Uploads whose S3 notification was lost are accepted up to 15 minutes late. Look first at the log of sweep-uploads.',
  UploadsNotSwept:
    'An upload gets no answer, or an object in quarantine belongs to no attachment. Look first at the log of sweep-uploads for the key of the object.',
  UploadsLate:
    'Uploads wait for a malware verdict that does not come, and are rejected when their time is up. Look first at the state of the malware protection plan in GuardDuty.',
  CopySweepFails:
    'Users notice nothing, but files that were rejected may still be stored and paid for. Look first at the log of sweep-copies.',
  CopiesNotSwept:
    'Users notice nothing, but a file in clean/ belongs to no ticket. Look first at the log of sweep-copies for the key of the object.',

  RecordScanDeadLetters:
    'Files that were scanned are rejected when their time is up, as their verdict was not recorded, or infected ones are taken back an hour late. Look first at the log of record-scan, then redrive the dead letters.',
  UploadsNotScanned:
    'Uploads are rejected because GuardDuty cannot read them. Look first at the malware protection plan in GuardDuty and at the role that it uses.',
  InfectedAfterClean:
    'Malware was found in a file after it had passed the scan; users may have downloaded it, but get it no more: the file is taken back. Look first at the log of record-scan for the key of the object.',
} as const satisfies Record<string, string>

/** `late`: the oldest message waits too long. `deadLetters`: a message was received too often without success. */
export const subscriberAlarmMeanings: Record<SubscriberName, { late: string; deadLetters: string }> = {
  'start-saga': {
    late: 'Notifications, webhooks and upload addresses come minutes late. Look first at the errors and throttles of start-saga.',
    deadLetters:
      'Some people get no notification and some uploads do not start. Look first at the log of start-saga for the event; fix the cause, then redrive the dead letters.',
  },
  'wake-saga': {
    late: 'Sagas that an operator resumed continue minutes late. Look first at the errors and throttles of wake-saga.',
    deadLetters:
      'A saga that an operator resumed does not continue until the next reconciliation, five minutes later. Look first at the log of wake-saga for the event.',
  },
  'project-views': {
    late: 'GET /stats shows the counts of minutes ago, and GET /search does not find new texts. Look first at the errors and throttles of project-views.',
    deadLetters:
      'GET /stats and GET /search leave out the changes of a ticket. Look first at the log of project-views for the event; fix the cause, then redrive the dead letters.',
  },
  'unassign-tickets': {
    late: 'Tickets stay assigned to a deactivated agent for minutes, and nobody else takes them. Look first at the errors and throttles of unassign-tickets.',
    deadLetters:
      'Tickets stay assigned to a deactivated agent. Look first at the log of unassign-tickets for the event; fix the cause, then redrive the dead letters.',
  },
}

/** `stopped`: an execution failed, timed out or was stopped. `parked`: a step keeps failing, and the saga waits for an operator. */
export const sagaAlarmMeanings = {
  notification: {
    stopped:
      'A person may have got a notification on one channel and not on the other. Look first at the execution of the notification saga; reconcile-sagas continues it within ten minutes.',
    parked:
      'A notification has stopped halfway and waits for an operator. Look first at GET /sagas/{id} for the step that fails; fix the cause, then resume the saga.',
  },
  webhook: {
    stopped:
      'An endpoint may have missed a change. Look first at the execution of the webhook saga; reconcile-sagas continues it within ten minutes.',
    parked:
      'A webhook has stopped halfway and waits for an operator. Look first at GET /sagas/{id} for the step that fails; fix the cause, then resume the saga.',
  },
  attachment: {
    stopped:
      'An uploaded file is neither on its ticket nor rejected. Look first at the execution of the attachment saga; reconcile-sagas continues it within ten minutes.',
    parked:
      'An uploaded file is neither on its ticket nor rejected, and its saga waits for an operator. Look first at GET /sagas/{id} for the step that fails; fix the cause, then resume the saga.',
  },
  removal: {
    stopped:
      'A file that someone removed may still be stored and count in the quota. Look first at the execution of the removal saga; reconcile-sagas continues it within ten minutes.',
    parked:
      'A file that someone removed may still be stored and count in the quota, and its saga waits for an operator. Look first at GET /sagas/{id} for the step that fails; fix the cause, then resume the saga.',
  },
} as const satisfies Record<string, { stopped: string; parked: string }>

/** Functions that run on a schedule. */
export type ScheduledFunctionName =
  | 'sweep-outbox'
  | Exclude<keyof typeof uploadFunctions, 'record-upload'>
  | keyof typeof reconcileFunctions

/** The function has not run for three of its intervals. */
export const scheduleMeanings: Record<ScheduledFunctionName, string> = {
  'sweep-outbox':
    'Users miss notifications and see wrong counts for every event that the relay could not send, as no sweep runs. Look first at the rule of sweep-outbox in EventBridge, then at its throttles.',
  'reconcile-sagas':
    'Notifications and uploads whose saga lost its execution do not continue, as nothing looks for them. Look first at the rule of reconcile-sagas in EventBridge, then at its throttles.',
  'reconcile-consumers':
    'Counts and assignments stay wrong for tickets with an event that a subscriber could not apply, as nothing looks for them. Look first at the rule of reconcile-consumers in EventBridge, then at its throttles.',
  'reconcile-data':
    'Users notice nothing yet, but stored data that disagrees with itself stays so, as nothing looks for it. Look first at the rule of reconcile-data in EventBridge, then at its throttles.',
  'sweep-uploads':
    'Uploads whose S3 notification was lost are accepted up to 15 minutes late, as no sweep runs. Look first at the rule of sweep-uploads in EventBridge, then at its throttles.',
  'sweep-copies':
    'Users notice nothing, but files that were rejected may still be stored and paid for, as no sweep runs. Look first at the rule of sweep-copies in EventBridge, then at its throttles.',
}

/** Three rounds in a row did not come to the end: each continues the one before, so all is looked at, but late. */
export const incompleteMeanings: Record<ScheduledFunctionName, string> = {
  'sweep-outbox':
    'Notifications and counts come minutes late: more events wait than a round can send. Look first at the log of sweep-outbox for the queue that does not accept them, then at the errors of relay-outbox.',
  'reconcile-sagas':
    'Notifications and uploads whose saga lost its execution continue later than in ten minutes: more sagas are live than a round can look at. Look first at the log of reconcile-sagas, then at the throttles of Step Functions.',
  'reconcile-consumers':
    'Counts and assignments stay wrong for longer: more tickets are blocked, or more events not handled, than a round can try. Look first at the log of reconcile-consumers for the subscriber.',
  'reconcile-data':
    'Stored data that disagrees with itself is found later: there are more rows than a round can look at, and counters of quotas are compared by the command only. Look first at the log of reconcile-data, then run "npm run reconcile".',
  'sweep-uploads':
    'Uploads whose S3 notification was lost wait for longer: quarantine has more objects than a round can look at. Look first at the log of sweep-uploads, then at the errors of record-upload.',
  'sweep-copies':
    'Users notice nothing, but files that were rejected stay stored for longer: there are more files than a round can look at. Look first at the log of sweep-copies, then at its timeout.',
}

/** Requests on a table or its indexes are throttled for minutes, after the retries of their clients. */
export function throttledTableMeaning(table: string, requests: 'reads' | 'writes'): string {
  return `Users get 503 and effects come late: DynamoDB has throttled ${requests} of ${table} for minutes. Look first at the metrics of ${table} and its indexes in DynamoDB for the hot key, then at the quotas of the account.`
}
