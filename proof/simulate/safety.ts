import { sha256Hex } from '../../domain/sha256.ts'
import { isTransitionAllowed, type Status } from '../../domain/ticket-status.ts'
import type { Mail } from '../../gateways/mailer.ts'
import { aggregateKey, tenantKey } from '../../tables/keys.ts'
import type { Row, TableName, Write } from '../../tables/store.ts'
import { isSuccess, type RequestAttempt } from '../load/attempt.ts'
import type { BrokenInvariant, Report, SafetyOptions } from './broken-invariant.ts'
import { FileSafety } from './file-safety.ts'
import { judgeFollowing } from './follower-safety.ts'
import { HoldSafety } from './hold-safety.ts'
import { Mirror, type RowChange } from './mirror.ts'
import { progressOf } from './saga-progress.ts'
import { WebhookSafety } from './webhook-safety.ts'

/**
 * What must hold after every single step, checked on nothing but what the step wrote, sent or answered. The whole invariants are checked
 * when a run has ended; these find a violation at the moment in which it happens, and those that later steps would cover up.
 */
export class Safety {
  readonly #mirror = new Mirror()
  readonly #eventIds = new Set<string>()
  readonly #effectOfRequest = new Map<string, string>()
  readonly #accepted = new Map<string, Set<string>>()
  readonly #successes = new Map<string, RequestAttempt>()
  readonly #subscribersOf: (event: Row) => readonly string[]
  readonly broken: BrokenInvariant[] = []
  readonly files: FileSafety
  readonly holds: HoldSafety
  readonly webhooks: WebhookSafety

  readonly #committedAtMs = new Map<string, number>()
  readonly #now: () => number
  readonly #count: (what: string) => void

  constructor({ subscribersOf, now, isScanned, count }: SafetyOptions) {
    this.#subscribersOf = subscribersOf
    this.#now = now
    this.#count = count
    const report: Report = (...found) => this.#report(...found)
    this.files = new FileSafety(this.#mirror, report, { isScanned, count })
    this.holds = new HoldSafety(report, { now, count })
    this.webhooks = new WebhookSafety(this.#mirror, report, { count })
  }

  /** The rows that a table holds now. */
  rows(table: TableName): ReadonlyMap<string, Row> {
    return this.#mirror.rows(table)
  }

  /** Takes rows for granted: those of the beginning. */
  begin(writes: readonly Write[]): void {
    for (const write of writes) {
      const change = this.#mirror.apply(write)
      if (change?.table === 'Events') this.#remember(change.after ?? {})
    }
  }

  /** Judges what took effect at one moment. */
  written(writes: readonly Write[]): void {
    const changes = writes.flatMap((write) => this.#mirror.apply(write) ?? [])
    for (const change of changes) this.#judge(change, changes)
  }

  /** Hears that a queue has accepted an event. */
  accepted(subscriber: string, eventId: string): void {
    const subscribers = this.#accepted.get(eventId) ?? new Set()
    this.#accepted.set(eventId, subscribers.add(subscriber))
  }

  /** Judges a mail at the moment in which it is sent. */
  sent({ id, tenant }: Mail): void {
    const pk = aggregateKey(tenant, { type: 'saga', id })
    const state = this.#mirror.get('StepKeys', { pk, sk: 'STEP#mail' })?.state
    if (state !== 'intent' && state !== 'done')
      this.#report(22, pk, `sends its mail, although the fence of that step is ${state ?? 'absent'}`)
  }

  /** Judges what a client was told. */
  answered(attempt: RequestAttempt): void {
    const { tenant = '', key, request = '', answer, outcome, retryable, startedAtMs } = attempt
    if (outcome === 'lost' || !answer) return
    const [operation] = JSON.parse(request)
    const pk = tenantKey(tenant, 'REQUEST', operation, key)
    if (!isSuccess(attempt)) {
      const wasCommitted = startedAtMs > (this.#committedAtMs.get(pk) ?? Number.POSITIVE_INFINITY)
      if (!retryable && wasCommitted && this.#successes.get(pk)?.request === request)
        this.#report(12, pk, `was refused (${attempt.status}) after it had taken effect`)
      return
    }
    const stored = this.#mirror.get('RequestKeys', { pk })?.answer as { body: string } | undefined
    if (!stored) this.#report(8, pk, 'was acknowledged, but no answer is stored for it')
    else if (stored.body !== JSON.parse(answer).body)
      this.#report(10, pk, 'got an answer that differs from the stored one')
    judgeFollowing(this.#mirror, (...found) => this.#report(...found), attempt)
    const first = this.#successes.get(pk)
    if (first && first.answer !== answer) this.#report(10, pk, 'got two different answers')
    if (first && first.request !== request) this.#report(11, pk, 'was accepted for two different requests')
    if (!first) this.#successes.set(pk, attempt)
  }

  #judge(change: RowChange, all: readonly RowChange[]): void {
    const { table, key, before, after } = change
    if (table === 'Events') this.#judgeEvent(change, all)
    if (table === 'Tickets') this.#judgeHeader(change, all)
    if (table === 'RequestKeys' && before && after) this.#report(9, key.pk, 'was committed a second time')
    if (table === 'RequestKeys') this.#committedAtMs.set(key.pk, this.#now())
    if (table === 'Outbox') this.#judgeOutbox(change)
    if (table === 'Unconfirmed') this.#judgeConfirmed(change)
    if (table === 'Receipts') this.#judgeCheckpoint(change)
    if (table === 'StepKeys') this.#judgeFence(change)
    if (table === 'Sagas') this.#judgeSaga(change)
    this.files.judge(change)
    this.holds.judge(change)
    this.webhooks.judge(change, all)
  }

  #judgeEvent({ key, before, after: event }: RowChange, all: readonly RowChange[]): void {
    const { pk } = key
    if (before || !event) {
      this.#report(29, `${pk} event ${Number(key.sk)}`, 'was replaced or deleted')
      return
    }
    const seq = Number(event.seq)
    const subject = `${pk} event ${seq}`
    const previous = this.#mirror.get('Events', { pk, sk: padded(seq - 1) })
    if (seq > 1 && !previous) this.#report(2, subject, 'was stored before the event that precedes it')
    if (event.prevHash !== previous?.hash) this.#report(29, subject, 'does not follow from the event before it')
    if (this.#eventIds.has(String(event.id))) this.#report(13, subject, 'has the id of another event')
    if (!all.some(({ table, after }) => table === 'Outbox' && after?.pk === pk && after.sk === event.sk))
      this.#report(6, subject, 'was stored without its outbox row')
    if (
      !all.some(
        ({ table, after }) => (table === 'Tickets' || table === 'Sagas') && after?.pk === pk && after.version === seq,
      )
    )
      this.#report(5, subject, 'was stored without its version')
    const request = event.requestKeyHash as string | undefined
    if (request !== undefined) {
      const effect = this.#effectOfRequest.get(request)
      if (effect !== undefined) this.#report(9, `${effect}, ${subject}`, 'were made by the same request')
      if (!all.some(({ table, after }) => table === 'RequestKeys' && after && sha256Hex(String(after.pk)) === request))
        this.#report(8, subject, 'was stored without the key of its request')
    }
    this.#remember(event)
    this.#count(`event ${event.type}`)
  }

  #remember(event: Row): void {
    this.#eventIds.add(String(event.id))
    if (event.requestKeyHash !== undefined)
      this.#effectOfRequest.set(String(event.requestKeyHash), `${event.pk} event ${event.seq}`)
  }

  #judgeHeader({ key, before, after }: RowChange, all: readonly RowChange[]): void {
    if (key.sk !== 'HEADER' || !after) return
    const subject = `${key.pk} version ${after.version}`
    if (after.version !== Number(before?.version ?? 0) + 1)
      this.#report(2, subject, `follows version ${before?.version ?? 0}`)
    if (
      !all.some(({ table, after: event }) => table === 'Events' && event?.pk === key.pk && event.seq === after.version)
    )
      this.#report(5, subject, 'was stored without its event')
    const [from, to] = [before?.status ?? 'open', after.status] as [Status, Status]
    if (from !== to && !isTransitionAllowed(from, to)) this.#report(1, subject, `went from ${from} to ${to}`)
  }

  #judgeOutbox({ key, before, after }: RowChange): void {
    if (after || !before) return
    const event = before.event as Row
    const subject = `${key.pk} event ${event.seq}`
    const accepted = this.#accepted.get(String(event.id))
    const missing = this.#subscribersOf(event).filter((subscriber) => !accepted?.has(subscriber))
    if (missing.length > 0) this.#report(6, subject, `left the outbox before ${missing.join(' and ')} had accepted it`)
    if (!this.#mirror.get('Unconfirmed', key) && !this.#hasBeenSeen(key.pk, Number(event.seq)))
      this.#report(6, subject, 'left the outbox, and nothing remembers to confirm it')
  }

  #judgeConfirmed({ key, before, after }: RowChange): void {
    if (after || !before) return
    if (!this.#hasBeenSeen(key.pk, Number(before.seq)))
      this.#report(6, `${key.pk} event ${before.seq}`, 'was confirmed before every consumer had seen it')
  }

  #hasBeenSeen(pk: string, seq: number): boolean {
    return ['project-views', 'unassign-tickets'].every((consumer) => {
      const checkpoint = this.#mirror.get('Receipts', { pk, sk: `CONSUMER#${consumer}` })
      return Math.max(Number(checkpoint?.appliedSeq ?? 0), Number(checkpoint?.highestSeen ?? 0)) >= seq
    })
  }

  #judgeCheckpoint({ key, before, after }: RowChange): void {
    const subject = `${after?.consumer} of ${key.pk}`
    // It keeps a checkpoint only of what it fails with, and begins there.
    if (after?.consumer === 'start-saga' && after.blockedAt !== undefined) return
    const [from, to] = [Number(before?.appliedSeq ?? 0), Number(after?.appliedSeq ?? 0)]
    if (to !== from && to !== from + 1) this.#report(7, subject, `went from event ${from} to event ${to}`)
    if (!this.#mirror.get('Events', { pk: key.pk, sk: padded(to) }) && to > 0)
      this.#report(7, subject, `applied event ${to}, which does not exist`)
  }

  #judgeFence({ key, before, after }: RowChange): void {
    if (!after || before?.state === after.state) return
    const [from, to] = [String(before?.state ?? 'absent'), String(after.state)]
    if (!fences[from]?.includes(to)) this.#report(17, `${key.pk} ${key.sk}`, `went from ${from} to ${to}`)
  }

  #judgeSaga({ key, before, after }: RowChange): void {
    if (!before || !after) return
    for (const what of progressOf(before, after)) this.#count(what)
    if (before.endedAt !== undefined && after.state !== before.state)
      this.#report(15, key.pk, `became ${after.state} after it had ended ${before.state}`)
    const [from, to] = [Number(before.generation), Number(after.generation)]
    if (to !== from && to !== from + 1) this.#report(19, key.pk, `went from generation ${from} to ${to}`)
  }

  #report(number: number, subject: string, problem: string): void {
    this.broken.push({ number, subject, problem })
  }
}

/** Which state of a fence may follow which, written again: tables/step-keys.ts is under test. */
const fences: Record<string, readonly string[]> = {
  absent: ['intent', 'done', 'tombstone'],
  intent: ['done', 'undone', 'tombstone'],
  done: ['undone'],
}

function padded(seq: number): string {
  return String(seq).padStart(12, '0')
}
