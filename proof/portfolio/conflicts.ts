import { retryLimits } from '../../tables/retries.ts'
import type { RowKindName } from '../schema/kinds.ts'
import type { Mechanism } from './mechanisms.ts'

export interface Conflict {
  by: Mechanism
  /** The outcome for the second writer. */
  loser: string
  /** A test in which two write at once: its title and file. */
  race: readonly [title: string, file: string]
}

const retrySeconds = retryLimits.timeoutMs / 1_000
const again = `reads and decides again, for up to ${retrySeconds} s; then 409 with \`Retry-After\`. With \`If-Match\`: 412`
const withHeader = 'as its header'
const redelivered = 'its transaction is cancelled; it reads the checkpoint and finds the event applied, or applies it'
const concurrency = 'test/promises/concurrency.unit.ts'
const rebuild = 'test/views/rebuild.unit.ts'
const rebuiltBesideTraffic = 'equals the live one byte for byte, beside traffic, crashes and lost answers (%s, seed %i)'
const projected: Conflict = { by: 'sequence', loser: redelivered, race: [rebuiltBesideTraffic, rebuild] }

/** Every kind of row. One without an entry does not compile. */
export const conflicts: Record<RowKindName, Conflict> = {
  'ticket header': {
    by: 'version',
    loser: again,
    race: [
      'all succeed, some after a retryable 409, and their events are one chain as long as the version',
      concurrency,
    ],
  },
  message: {
    by: 'under its header',
    loser: withHeader,
    race: [
      'take effect one after the other, the later one decided on the state that the earlier one left',
      concurrency,
    ],
  },
  follower: {
    by: 'under its header',
    loser: 'decides again, and finds that nothing is to be changed',
    race: [
      'gets the same response in every interleaving even when the original made its own repetition illegal',
      concurrency,
    ],
  },
  'archive reference': {
    by: 'under its header',
    loser: 'a change of the ticket decides again; of two runs, the second finds the ticket archived',
    race: ['is archived once by two runs at once, in whatever order their calls come', 'test/archive/archive.unit.ts'],
  },
  'place of a late comment': {
    by: 'under its header',
    loser: withHeader,
    race: [
      'neither repeats nor skips a comment when late ones come in while somebody pages',
      'test/promises/late-comments.unit.ts',
    ],
  },
  'SLA policies': {
    by: 'version',
    loser: `${again}. An overlapping validity: 409`,
    race: [
      'wins over one that is put at the same time for an overlapping validity: one of the two is refused',
      'test/promises/sla.unit.ts',
    ],
  },
  attachment: {
    by: 'state',
    loser: 'no-op: the state tells a saga, a notification or a verdict that it comes late',
    race: [
      'lets one removal take the file away when it races with the uploader’s',
      'test/sagas/infected-after-clean.unit.ts',
    ],
  },
  user: {
    by: 'version',
    loser: again,
    race: ['is registered once when their first writes are to 50 tickets at once', concurrency],
  },
  'e-mail address': {
    by: 'absence',
    loser: 'decides again, and is refused: 409',
    race: [
      'has an e-mail address of their own, even when it is requested for three people at once',
      'test/promises/registration.unit.ts',
    ],
  },
  'settings header': {
    by: 'version',
    loser: again,
    race: [
      'keeps all of 20 created at once, each with a version of its own, and refuses one more',
      'test/notifications/webhooks.unit.ts',
    ],
  },
  holds: {
    by: 'under its header',
    loser: withHeader,
    race: [
      'is put and released once, however often it is asked for: under one key or several, in turn or at once',
      'test/http/holds.unit.ts',
    ],
  },
  webhook: {
    by: 'under its header',
    loser: withHeader,
    race: [
      'keeps all of 20 created at once, each with a version of its own, and refuses one more',
      'test/notifications/webhooks.unit.ts',
    ],
  },

  event: {
    by: 'absence',
    loser: 'the whole commit is stale: as its header',
    race: [
      'is prevented by the condition on the event alone, even when the header was reset to an earlier version',
      'test/tables/commit.unit.ts',
    ],
  },
  'outbox row': {
    by: 'absence',
    loser: 'a second delete finds nothing; a second publication is dropped by each consumer',
    race: [
      'reach every subscriber, exactly once in effect and in order, and leave nothing behind',
      'test/relay/delivery.unit.ts',
    ],
  },
  'unconfirmed event': {
    by: 'repeatable',
    loser: 'no-op; one that is put again is confirmed again',
    race: [
      'some of them, are made up for in order, beside a live subscriber and a second run',
      'test/relay/confirm-events.unit.ts',
    ],
  },
  'request key': {
    by: 'absence',
    loser: 'the first answer, byte for byte; another request under the key: 422',
    race: [
      'gets the same response, and there is one effect, in every interleaving of their database calls',
      concurrency,
    ],
  },

  checkpoint: {
    by: 'checkpoint',
    loser: redelivered,
    race: [
      'do not lose an event that one acknowledges unapplied while the other unblocks',
      'test/relay/two-copies.unit.ts',
    ],
  },
  'sweep position': {
    by: 'revision',
    loser: 'keeps no position; the next round begins where the other has ended',
    race: [
      'has passed nothing over when two rounds run at once, whichever keeps the position',
      'test/sweeps/sweep.unit.ts',
    ],
  },
  'entry of a run': {
    by: 'absence',
    loser: 'none: each run has its own id',
    race: ['takes effect once when two reconcilers run at once', 'test/reconcile/reconcile.unit.ts'],
  },

  'ticket counts': {
    by: 'sequence',
    loser: redelivered,
    race: ['include every ticket when 40 are counted at once', 'test/relay/views.unit.ts'],
  },
  'active hour': projected,
  'tracked ticket': projected,
  'indexed message': {
    by: 'sequence',
    loser: 'reads the text again: what was removed stays so',
    race: [
      'gets no word back from a projection that was held up while its message was removed',
      'test/views/search.unit.ts',
    ],
  },
  'word of a message': {
    by: 'sequence',
    loser: 'as the indexed message that lists it',
    race: [
      'gets no word back from a projection that was held up while its message was removed',
      'test/views/search.unit.ts',
    ],
  },
  'item of the work list': projected,
  'ticket of the work list': projected,
  'projection sequence': {
    by: 'revision',
    loser: 'a rebuild goes on a bounded number of times; the projection reads again',
    race: ['has an aggregate in step once it has caught up, whatever happens at that moment (seed %i)', rebuild],
  },
  'catalog of generations': {
    by: 'revision',
    loser: 'reads it again, and changes what is left to change',
    race: [
      'is complete from the start where there are no events yet, whichever function is the first',
      'test/views/new-view.unit.ts',
    ],
  },
  'migration stages': {
    by: 'revision',
    loser: 'the operator is told who moved it meanwhile, and nothing is changed',
    race: ['with %s and %s: one moves the stage, the other is told who did', 'test/migrate/migration.unit.ts'],
  },
  'hold on everything': {
    by: 'revision',
    loser: 'one that holds reads it again; one that releases is told, and changes nothing',
    race: [
      'is one change in one order, with an entry each, however orders of two operators meet: %s and %s, held before: %s',
      'test/sagas/stack-hold.unit.ts',
    ],
  },

  saga: {
    by: 'generation',
    loser: 'an execution of an earlier generation stops; a reconciler that lost does nothing',
    race: [
      'continues as its next generation, once, however many reconcilers run at once',
      'test/sagas/lost-executions.unit.ts',
    ],
  },
  resumption: {
    by: 'version',
    loser: 'of two copies that go through one part of the list, one is recorded; counts are added, not set',
    race: [
      'of which each event is delivered three times at once resumes and counts each parking once',
      'test/sagas/resumption.unit.ts',
    ],
  },
  redrive: {
    by: 'absence',
    loser: 'two requests are two redrives: what the first has applied, the second finds applied',
    race: ['that is sent, delivered and asked for again applies nothing again', 'test/relay/redrive.unit.ts'],
  },
  fence: {
    by: 'fence',
    loser: 'its effect is in the same transaction, so it has none; it answers with what the fence says',
    race: ['changes nothing even when its task was running already', 'test/sagas/fences.unit.ts'],
  },
  'send counter': {
    by: 'counter',
    loser: 'reads it again, or another shard; without budget it waits for the next hour',
    race: ['is never exceeded, however many sagas reserve at once', 'test/sagas/budget.unit.ts'],
  },
  'attachment bytes': {
    by: 'counter',
    loser: 'reserves again, or is refused and the upload compensates',
    race: [
      'is never exceeded by concurrent reservations, and each one that fits is granted',
      'test/sagas/upload-quota.unit.ts',
    ],
  },
  'upload counter': {
    by: 'counter',
    loser: 'decides again; without a slot: 409',
    race: [
      'never gets more than ten slots by two requests at once for the last one, in any order of their calls',
      'test/sagas/upload-quota.unit.ts',
    ],
  },
  'rate counter': {
    by: 'counter',
    loser: '429 with `Retry-After`',
    race: [
      'holds over all environments together: each exceeds it by one portion at most',
      'test/http/tenant-limit.unit.ts',
    ],
  },
  notice: {
    by: 'state',
    loser: 'no-op: a notice that is withdrawn is not read, the first time of reading stays',
    race: ['does not recreate a notice that is withdrawn at the same time', 'test/notifications/read-notice.unit.ts'],
  },
  delivery: {
    by: 'absence',
    loser: 'its fence has been advanced: no-op',
    race: ['starts each saga once, however often and concurrently it is delivered', 'test/sagas/start-saga.unit.ts'],
  },
}
