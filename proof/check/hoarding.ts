import { type Attachment, isUploadOver } from '../../domain/attachment.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { openUploadsMax, personBytesMax } from '../../domain/upload-quota.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { personOfCounter } from '../../tables/attachment-quota.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

/**
 * The clocks of two functions differ by less. A slot counts as given back this much earlier, so that no
 * difference looks like one slot too many.
 */
const clockSkewMs = 1_000

export const nobodyHoards: Invariant = {
  number: 30,
  promise:
    'No person ever has more uploads in progress at once than a person may have, or more bytes than a person may use.',
  violations(evidence) {
    return [...tooManyUploads(evidence), ...tooManyBytes(evidence)]
  },
}

/** When an upload was in progress: epoch milliseconds. */
interface Interval {
  from: number
  to: number
}

function tooManyUploads({ attachments, events, sagas }: Evidence): Violation[] {
  const endOf = new Map(sagas.map(({ tenant, value }) => [`${tenant} ${value.id}`, value.endedAt]))
  const counted = attachments.filter(({ value }) => value.isCounted)
  const byPerson = Map.groupBy(counted, ({ tenant, value }) => `${tenant} ${value.requestedBy}`)
  return [...byPerson].flatMap(([person, own]) => {
    const intervals = own.map(({ pk, tenant, value }) => {
      const sagaId = attachmentSagaId({ ticketId: value.ticketId, attachmentId: value.id })
      return inProgress(value, events.get(pk) ?? [], endOf.get(`${tenant} ${sagaId}`))
    })
    const most = mostAtOnce(intervals)
    return most > openUploadsMax
      ? [{ subject: `the uploads of ${person}`, problem: `were ${most} at once, but ${openUploadsMax} are allowed` }]
      : []
  })
}

function inProgress({ id, seq, state, requestedAt }: Attachment, history: DomainEvent[], endedAt?: string): Interval {
  const requested = history.find((event) => event.seq === seq)
  const added = history.find((event) => event.type === 'ticket.attachment_added' && event.data.attachmentId === id)
  const ended = added?.recordedAt ?? (isUploadOver(state) ? endedAt : undefined)
  return {
    from: Date.parse(requested?.recordedAt ?? requestedAt),
    to: ended === undefined ? Number.POSITIVE_INFINITY : Date.parse(ended) - clockSkewMs,
  }
}

/** The largest number of intervals that have a moment in common. */
function mostAtOnce(intervals: readonly Interval[]): number {
  const counts = intervals.map(({ from }) => intervals.filter((each) => each.from <= from && from < each.to).length)
  return counts.reduce((most, count) => Math.max(most, count), 0)
}

function tooManyBytes({ uploadCounters }: Evidence): Violation[] {
  return uploadCounters.flatMap(({ tenant, sk, value: { usedBytes } }) =>
    usedBytes > personBytesMax
      ? [{ subject: `the quota of ${tenant} ${personOfCounter(sk)}`, problem: `uses ${usedBytes} bytes, too many` }]
      : [],
  )
}
