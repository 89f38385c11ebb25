import type { SubscriberName } from '../../app/functions.ts'
import { keyAges } from '../../app/http/issuer-keys.ts'
import type { MetricName } from '../../app/metrics.ts'
import { catalogAgeMsMax } from '../../app/views/catalog.ts'
import { reflectedWithinMs } from '../../app/views/view-reader.ts'
import { confirmedAfterMs } from '../../functions/reconcile-consumers/confirm-events.ts'
import { inFlightMsMax } from '../../functions/reconcile-data/reconcile-data.ts'
import { sweptAfterMs } from '../../functions/sweep-outbox/sweep-outbox.ts'
import type { ScheduledFunctionName } from '../../infra/alarm-meanings.ts'
import * as limits from '../../infra/limits.ts'
import type { IndexName } from '../schema/index-use.ts'

/** How fresh something is kept, and what happens when that is broken. */
export interface FreshnessContract {
  promise: string
  /** What AWS measures, or a metric of our own. */
  measuredBy: string
  /** Ids of alarms, without `Alarm`; none where nothing watches it. */
  alarms: readonly string[]
  /** What an answer says, or a user sees, when it is broken. */
  broken: string
}

const own = (metric: MetricName) => `\`${metric}\``
const seconds = (ms: number) => `${ms / 1_000} s`
const queueAge = `age of the oldest message, ${limits.queueAgeAlarmSeconds} s`
const everyRound = (minutes: number) => (minutes === 1 ? 'every minute' : `every ${minutes} minutes`)
const lagging = 'a list without the newest, or with an older state; `version` says so'

/** Read models have a table of their own: docs/read-models.md. This is what all of them have in common. */
export const viewFreshness: FreshnessContract = {
  promise: `usually within a second; with \`consistentWith\` at least that write, or no answer after ${seconds(reflectedWithinMs)}`,
  measuredBy: `${queueAge}; per ticket by its checkpoint`,
  alarms: ['ProjectViewsLate', 'ProjectViewsDeadLetters'],
  broken:
    '`X-View-Stale: behind`, `blocked` or `incomplete`, with an older `asOf`; 503 `view-behind` for whoever asked to wait',
}

/** Every index. */
export const indexFreshness: Record<IndexName, Pick<FreshnessContract, 'measuredBy' | 'broken'>> = {
  'Tickets.byTenant': { measuredBy: 'nothing', broken: `${lagging}. Read models look by it whether they are behind` },
  'Tickets.byStatus': { measuredBy: 'nothing', broken: lagging },
  'Tickets.byAssignee': { measuredBy: 'nothing', broken: lagging },
  'Tickets.byRequester': { measuredBy: 'nothing', broken: lagging },
  'Tickets.openByAssigneeKeys': {
    measuredBy: 'nothing',
    broken: 'nothing: the event of an assignment finds what it lacked',
  },
  'Receipts.blocked': { measuredBy: 'nothing', broken: '`X-View-Stale: blocked` comes a moment late' },
  'Sagas.byAggregate': { measuredBy: 'nothing', broken: 'a saga is missing in the list; `GET /sagas/{sagaId}` has it' },
  'Sagas.liveKeys': { measuredBy: own('SagaIndexLag'), broken: 'a lost execution is found a round later' },
}

/** Every subscriber. */
export const subscriberFreshness: Record<SubscriberName, Pick<FreshnessContract, 'promise' | 'broken'>> = {
  'start-saga': {
    promise: 'within a second',
    broken: 'notices, mail, webhooks and upload addresses come late; `GET /sagas/{sagaId}` says `pending`',
  },
  'wake-saga': {
    promise: `within a second; ${2 * limits.reconcileMinutes} minutes if the message is lost, and 25 for the next part of a resumption`,
    broken: 'the saga reads `running` and does not go on',
  },
  'project-views': { promise: 'within a second', broken: 'as the read models' },
  'unassign-tickets': {
    promise: 'within a second for ten tickets',
    broken: 'tickets stay with somebody who cannot work on them; nobody can be assigned who is deactivated',
  },
}

/** What runs on a schedule: how late it finds what it is there for. */
export const roundFreshness: Record<
  ScheduledFunctionName,
  Omit<FreshnessContract, 'measuredBy'> & { measuredBy: MetricName }
> = {
  'sweep-outbox': {
    promise: `${everyRound(limits.sweepMinutes)}; an event that the relay missed is sent once it is ${seconds(sweptAfterMs)} old`,
    measuredBy: 'OutboxOldestRowAge',
    alarms: ['OutboxStuck', 'RelaySilent', 'SweepOutboxSilent', 'SweepOutboxIncomplete'],
    broken: 'everything that follows from an event is late; the ticket itself is right',
  },
  'reconcile-consumers': {
    promise: `${everyRound(limits.reconcileMinutes)}; what a queue lost is made up for after ${confirmedAfterMs / 60_000} minutes, and history is in a digest by then`,
    measuredBy: 'EventsNotConfirmed',
    alarms: [
      'EventsNotConfirmed',
      'AggregatesStillBlocked',
      'ReconcileConsumersSilent',
      'ReconcileConsumersIncomplete',
    ],
    broken: 'a count, an assignment or a notice is missing',
  },
  'reconcile-sagas': {
    promise: `${everyRound(limits.reconcileMinutes)}; a lost execution goes on within two rounds`,
    measuredBy: 'SagasNotReconciled',
    alarms: ['SagasNotReconciled', 'ReconcileSagasSilent', 'ReconcileSagasIncomplete'],
    broken: 'the saga’s state stands still; parked ones say why and since when',
  },
  'reconcile-data': {
    promise: `${everyRound(limits.reconcileDataMinutes)}; what has disagreed for ${inFlightMsMax / 60_000} minutes is drift`,
    measuredBy: 'DriftNotHealed',
    alarms: ['DriftNotHealed', 'ReconcileDataSilent', 'ReconcileDataIncomplete'],
    broken: '`npm run reconcile -- --runs` says what was found when',
  },
  'sweep-uploads': {
    promise: `${everyRound(limits.sweepMinutes)}; an upload that S3 did not report is accepted within two`,
    measuredBy: 'UploadsSwept',
    alarms: ['UploadEventsMissing', 'UploadsNotSwept', 'UploadsLate', 'SweepUploadsSilent', 'SweepUploadsIncomplete'],
    broken: 'the attachment stays `awaiting_upload` or `inspecting`',
  },
  'sweep-copies': {
    promise: `${everyRound(limits.copySweepMinutes)}; a late copy is gone after one round`,
    measuredBy: 'CopiesNotSwept',
    alarms: ['CopiesNotSwept', 'SweepCopiesSilent', 'SweepCopiesIncomplete'],
    broken: 'nothing: no row names the copy',
  },
}

/** The rest: streams, caches and what waits. */
export const otherFreshness: Record<string, FreshnessContract> = {
  'relay of the outbox': {
    promise: 'under a second from the commit',
    measuredBy: `age of the stream’s records, ${limits.relayAgeAlarmSeconds} s`,
    alarms: ['RelayOutboxLate', 'RelayOutboxDeadLetters'],
    broken: 'the sweeper sends, one or two minutes late',
  },
  'watch over history': {
    promise: 'an edit is reported within seconds',
    measuredBy: `age of the stream’s records, ${limits.watchAgeAlarmSeconds} s`,
    alarms: ['WatchEventsLate', 'WatchEventsDeadLetters', 'HistoryTampered'],
    broken: '`npm run check` finds the edit by hash chain and digests (invariant 29)',
  },
  'a saga': {
    promise: 'it ends within its bound, or is parked (invariant 14)',
    measuredBy: own('SagasParked'),
    alarms: ['NotificationParked', 'WebhookParked', 'AttachmentParked', 'RemovalParked'],
    broken: '`GET /sagas/{sagaId}`: `parked`, with reason and time',
  },
  'verdict on an upload': {
    promise: `within ${limits.scanSecondsMax / 60} minutes, or the upload is rejected`,
    measuredBy: own('UploadsLate'),
    alarms: ['UploadsLate', 'UploadsNotScanned'],
    broken: '`rejected`, with the reason',
  },
  'issuer’s keys': {
    promise: `a withdrawn key is refused after ${keyAges.refreshMs / 60_000} minutes`,
    measuredBy: 'nothing',
    alarms: ['ApiErrors'],
    broken: `for ${keyAges.staleMsMax / 60_000} minutes the last keys; then 503`,
  },
  'catalog of generations': {
    promise: `${seconds(catalogAgeMsMax)} in the projection; fresh in every answer`,
    measuredBy: 'nothing: a rebuild waits longer before it switches',
    alarms: [],
    broken: 'a rebuild would miss an event: it is compared with the events before the switch, byte for byte',
  },
}
