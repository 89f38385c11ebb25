import { pick, type Random } from '../random.ts'
import type { RequestAttempt } from './attempt.ts'
import { isSuccess } from './attempt.ts'
import type { PlannedRequest } from './plan.ts'
import { type PlannedRead, type ReadAttempt, sendRead, versionOf } from './read.ts'
import type { Sender } from './send.ts'

/** How many of the tickets that were written last are read. */
const recentTickets = 32

/** Reads wait for slow answers beside the writes; beyond so many, fewer are sent than asked for. */
const readsAtOnceMax = 64

/** Half of the reads are of the ticket that was just answered: there a stale answer shows first. */
const ownTicketShare = 0.5

/** The views are asked least: each of their answers can take seconds. */
const kinds = [
  'ticket',
  'ticket',
  'ticket',
  'events',
  'comments',
  'comments',
  'list',
  'counts',
  'counts-since',
] as const

interface RecentTicket {
  tenant: string
  ticketId: string
  version: number
}

/** Reads that are sent beside the writes of a run: after each attempt at a write as many as keep their share of all that is sent. */
export class ReadMix {
  readonly #sender: Pick<Sender, 'apiUrl' | 'tokenFor'>
  readonly #random: Random
  /** Per attempt at a write. */
  readonly #readsPerAttempt: number
  readonly #recent: RecentTicket[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #ended: ReadAttempt[] = []
  #due = 0

  /** `share`: of all requests that are sent, from 0 up to, but not including, 1. */
  constructor(sender: Pick<Sender, 'apiUrl' | 'tokenFor'>, share: number, random: Random) {
    this.#sender = sender
    this.#random = random
    this.#readsPerAttempt = share / (1 - share)
  }

  afterAttempt(attempt: RequestAttempt, request: PlannedRequest): void {
    if (this.#readsPerAttempt === 0) return
    const own = writtenTicket(attempt, request)
    if (own) this.#remember(own)
    this.#due += this.#readsPerAttempt
    for (; this.#due >= 1; this.#due--) {
      const ticket = own && this.#random() < ownTicketShare ? own : this.#pickRecent()
      if (ticket && this.#running.size < readsAtOnceMax) this.#send(this.#plan(ticket))
    }
  }

  /** Waits for the reads that are under way, and returns all. */
  async end(): Promise<ReadAttempt[]> {
    await Promise.all(this.#running)
    return this.#ended
  }

  #remember(ticket: RecentTicket): void {
    const known = this.#recent.findIndex(({ ticketId }) => ticketId === ticket.ticketId)
    if (known >= 0) this.#recent.splice(known, 1)
    this.#recent.push(ticket)
    if (this.#recent.length > recentTickets) this.#recent.shift()
  }

  #pickRecent(): RecentTicket | undefined {
    return this.#recent.length === 0 ? undefined : pick(this.#random, this.#recent)
  }

  #plan({ tenant, ticketId, version }: RecentTicket): PlannedRead {
    const kind = pick(this.#random, kinds)
    switch (kind) {
      case 'list':
      case 'counts':
        return { kind, tenant }
      case 'counts-since':
        return { kind: 'counts', tenant, consistentWith: { ticketId, version } }
      default:
        return { kind, tenant, ticketId }
    }
  }

  #send(read: PlannedRead): void {
    const running = sendRead(this.#sender, read).then((ended) => {
      this.#ended.push(ended)
      this.#running.delete(running)
    })
    this.#running.add(running)
  }
}

/** The ticket that an answer is about, at the version that it says. */
function writtenTicket(attempt: RequestAttempt, { tenant, path, operation }: PlannedRequest): RecentTicket | undefined {
  if (!isSuccess(attempt) || attempt.answer === undefined || !operation.includes('/tickets')) return undefined
  const { etag, body } = JSON.parse(attempt.answer)
  const ticketId = operation === 'POST /tickets' ? String(JSON.parse(body).id) : path.split('/')[2]
  return ticketId === undefined ? undefined : { tenant, ticketId, version: versionOf(etag) }
}
