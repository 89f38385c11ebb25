import { catchUp } from '../../app/consume/catch-up.ts'
import { readCheckpoint } from '../../app/consume/checkpoint.ts'
import type { HandleEvent } from '../../app/consume/consume-unordered.ts'
import { type Consumer, type ConsumerDeps, PoisonEventError } from '../../app/consume/consumer.ts'
import { loggedKeys } from '../../app/logged-aggregate.ts'
import { sweepRows } from '../../app/sweep.ts'
import { elapsedMs } from '../../domain/clock.ts'
import { minuteMs } from '../../domain/durations.ts'
import { eventRow } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Row } from '../../tables/store.ts'
import { confirmEvent, everyUnconfirmed, parseUnconfirmed, type UnconfirmedEvent } from '../../tables/unconfirmed.ts'
import { type DigestDeps, digestEvents } from './digest-events.ts'

/** The queue has delivered a message as often as it will by then: five times a minute apart, with time to spare. */
export const confirmedAfterMs = 15 * minuteMs

const pageSize = 200

/** Events looked at together: those of one ticket one after the other, those of several at the same time. */
export const eventsAtOnce = 50

export interface EventsConfirmed {
  /** Events that every subscriber has handled, some of them just now. */
  confirmed: number
  /** How often an ordered consumer had not seen an event, and has caught up now. */
  caughtUp: number
  /** Events that could not be confirmed: the next round tries them again. */
  failed: number
  complete: boolean
}

/**
 * Handles what a subscriber's queue has lost, in one round over the events that are not known to be handled by all. An ordered consumer
 * has seen an event when its checkpoint has, or when its aggregate is blocked there before it; if not, it catches up. Subscribers without a
 * checkpoint handle the event again: `handleAgain` starts the sagas of a ticket's event, or goes on with a resumption, where that is
 * missing, and does nothing else. Harmless beside live subscribers.
 *
 * A row is deleted only when its event's hash is in a digest. An event that fails holds back no other of its batch; a batch that is cut
 * off is looked at again, which repeats nothing that took effect.
 */
export async function confirmEvents(
  deps: ConsumerDeps & DigestDeps,
  consumers: readonly Consumer[],
  handleAgain: HandleEvent,
  deadlineMs: number,
): Promise<EventsConfirmed> {
  const { runtime, observer } = deps
  const removal = new ConfirmedEvents(deps)
  let caughtUp = 0
  let failed = 0
  const confirm = async (unconfirmed: UnconfirmedEvent, shareMs: number) => {
    if (elapsedMs(unconfirmed.publishedAt, runtime.now()) < confirmedAfterMs) return
    const handled = await Promise.allSettled([
      ...consumers.map(async (consumer) => {
        if (await hasSeen(deps, consumer, unconfirmed)) return
        await makeSeen(deps, consumer, unconfirmed, shareMs)
        caughtUp++
      }),
      handleWithoutCheckpoint(deps, unconfirmed, handleAgain, shareMs),
    ])
    const failure = handled.find(({ status }) => status === 'rejected')
    if (failure?.status === 'rejected') throw failure.reason
    await removal.add(unconfirmed)
  }
  /** Never throws. Two events of one aggregate at the same time would only be in each other's way. */
  const confirmInOrder = async (rows: readonly Row[], shareMs: number) => {
    for (const row of rows)
      try {
        await confirm(parseUnconfirmed(row), shareMs)
      } catch (cause) {
        failed++
        const at = loggedKeys({ pk: row.pk, sk: row.sk })
        observer.error('an event could not be confirmed: the next round tries it again', { at, cause })
      }
  }
  const round = await sweepRows(
    deps,
    { name: 'confirm-events', ...everyUnconfirmed, limit: pageSize, batchSize: eventsAtOnce },
    async (rows, shareMs) => {
      const byAggregate = Map.groupBy(rows, ({ pk }) => pk)
      await Promise.all([...byAggregate.values()].map((own) => confirmInOrder(own, shareMs)))
    },
    deadlineMs,
  )
  await removal.flush()
  const { confirmed } = removal
  const result = { confirmed, caughtUp, ...round, failed: round.failed + failed + removal.failed }
  observer.count('EventsCaughtUp', caughtUp)
  observer.count('EventsNotConfirmed', result.failed)
  if (caughtUp > 0 || result.failed > 0 || !round.complete)
    observer.warn('events confirmed, but some were late', result)
  else observer.info('events confirmed', result)
  return result
}

/** One part of a digest, so that a round of any length makes few objects and remembers few events. */
const partSize = 200

const concurrentDeletesMax = 10

/** Events of one round that every subscriber has handled: first their hashes are stored in a digest, then their rows are deleted. */
class ConfirmedEvents {
  confirmed = 0
  failed = 0
  readonly #deps: ConsumerDeps & DigestDeps
  #pending: UnconfirmedEvent[] = []

  constructor(deps: ConsumerDeps & DigestDeps) {
    this.#deps = deps
  }

  async add(event: UnconfirmedEvent): Promise<void> {
    this.#pending.push(event)
    if (this.#pending.length >= partSize) await this.flush()
  }

  /** Never throws: events whose rows stay are counted as failed, and the next round tries them again. */
  async flush(): Promise<void> {
    const { store, observer } = this.#deps
    const events = this.#pending.splice(0)
    let deleted = 0
    try {
      await digestEvents(this.#deps, events)
      for (let start = 0; start < events.length; start += concurrentDeletesMax) {
        const chunk = events.slice(start, start + concurrentDeletesMax)
        const writes = await Promise.allSettled(chunk.map((event) => store.write(confirmEvent(event))))
        deleted += writes.filter(({ status }) => status === 'fulfilled').length
        const refused = writes.find((write) => write.status === 'rejected')
        if (refused) throw refused.reason
      }
    } catch (cause) {
      observer.error('confirmed events keep their rows: the next round tries them again', { cause })
    }
    this.confirmed += deleted
    this.failed += events.length - deleted
  }
}

async function hasSeen(deps: ConsumerDeps, consumer: Consumer, { seq, ...scope }: UnconfirmedEvent): Promise<boolean> {
  const { appliedSeq, highestSeen = 0 } = await readCheckpoint(deps, consumer, scope)
  return Math.max(appliedSeq, highestSeen) >= seq
}

/**
 * A poison event blocks its aggregate and notes that this one was seen: from then on the round over blocked aggregates cares, and counts
 * it for the alarm, as no message is left that could become a dead letter.
 */
async function makeSeen(
  deps: ConsumerDeps,
  consumer: Consumer,
  { seq, ...scope }: UnconfirmedEvent,
  deadlineMs: number,
): Promise<void> {
  try {
    await catchUp(deps, consumer, scope, seq, deadlineMs)
  } catch (cause) {
    if (!(cause instanceof PoisonEventError)) throw cause
  }
}

/** Events of other aggregates lead to nothing that would not be found otherwise. */
async function handleWithoutCheckpoint(
  { store }: ConsumerDeps,
  { tenant, aggregate, seq }: UnconfirmedEvent,
  handleAgain: HandleEvent,
  deadlineMs: number,
): Promise<void> {
  if (aggregate.type !== 'ticket' && aggregate.type !== 'resumption') return
  const event = await readRow(store, eventRow(tenant, aggregate, seq))
  if (!event) throw new Error(`event ${seq} of ${aggregate.type} ${aggregate.id} was published and can't be read`)
  await handleAgain(event, deadlineMs)
}
