import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import type { Migration } from '../../app/migrate/migration.ts'
import { type MoveOptions, move, setHalted } from '../../app/migrate/move.ts'
import { priorityScale } from '../../app/migrate/priority-scale.ts'
import { readStages } from '../../app/migrate/stage-reader.ts'
import { noopObserver } from '../../app/observer.ts'
import { openStore } from '../../app/open-store.ts'
import { headerDrift } from '../../domain/header-drift.ts'
import type { Stage } from '../../domain/migration.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { readEvents } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store } from '../../tables/store.ts'
import { isTicketHeader, parseTicket } from '../../tables/tickets.ts'
import { Api, admin, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { previousVersion } from './previous-version.ts'

export const migrationName = priorityScale.name

/** Old and new code beside each other on one database, and what its clients were acknowledged. */
export class MigratingSystem {
  readonly runtime = new VirtualRuntime()
  readonly memory = new MemoryStore()
  readonly archive = new MemoryObjectStore(this.runtime.now)
  /** What clients know: by ticket, its priority and the number of its comments. */
  readonly acknowledged = new Map<string, { priority: string; comments: number; corrects: number }>()
  readonly current = this.newCode()
  readonly previous = new Api({ store: previousVersion(this.memory), runtime: this.runtime })

  /** Another instance of this version, with a cache of its own. */
  newCode(migrations: readonly Migration[] = [priorityScale]): Api {
    return new Api({
      store: openStore(this.memory, this.runtime, {
        below: (tables) => withArchivedEvents(tables, this.archive),
        migrations,
      }),
      runtime: this.runtime,
    })
  }

  deps(store: Store = this.memory) {
    return { store, runtime: this.runtime, observer: noopObserver }
  }

  move(
    action: 'next' | 'back',
    options: MoveOptions & { on?: Store; migration?: Migration; operator?: string; from?: Stage } = {},
  ) {
    const { on, migration = priorityScale, operator = 'ada', from, ...rest } = options
    const order = { migration: migration.name, action, from, operator }
    return move(this.deps(on), migration, order, { chunkSize: 4, ...rest })
  }

  halt(action: 'halt' | 'resume', why?: string) {
    return setHalted(this.deps(), { migration: migrationName, action, operator: 'bob', why })
  }

  /** Moves on until it is at a stage. */
  async until(stage: Stage): Promise<void> {
    while ((await this.stage()) !== stage) await this.move('next')
  }

  async stage(): Promise<Stage> {
    return (await readStages(this.memory))?.migrations[migrationName]?.stage ?? 'expand'
  }

  async open(by: Api, priority: string): Promise<string> {
    const { status, json, text } = await by.call(customer, createTicket, {
      body: { title: 'T', body: 'B', priority },
    })
    if (status !== 201) throw new Error(text)
    this.acknowledged.set(json.id, { priority, comments: 0, corrects: 1 })
    return json.id
  }

  /** Returns the status of the answer. */
  async comment(by: Api, ticketId: string): Promise<number> {
    const { status } = await by.call(customer, addComment, { params: { ticketId }, body: { body: 'Still.' } })
    const known = this.acknowledged.get(ticketId)
    if (status === 201 && known) known.comments++
    return status
  }

  /** Returns the status of the answer. */
  async correct(by: Api, ticketId: string, priority: string): Promise<number> {
    const known = this.acknowledged.get(ticketId)
    if (!known) throw new Error('unknown ticket')
    const { status, json } = await by.call(admin, correctTicket, {
      params: { ticketId },
      body: { corrects: { seq: known.corrects }, to: { priority }, reason: 'mistyped' },
    })
    if (status === 200 && priority !== known.priority) Object.assign(known, { priority, corrects: json.version })
    return status
  }

  async headers(): Promise<Row[]> {
    return (await allRows(this.memory, 'Tickets')).filter(isTicketHeader)
  }

  /** What was lost or disagrees: empty when every acknowledged write is there, and each row says what its events say. */
  async problems(): Promise<string[]> {
    const found: string[] = []
    for (const row of await this.headers()) {
      const ticket = parseTicket(row)
      const events = await readEvents(this.memory, 'acme', { type: 'ticket', id: ticket.id })
      found.push(...headerDrift(ticket, [], events).map((problem) => `${ticket.id} ${problem}`))
      const comments = events.filter(({ type }) => type === 'ticket.comment_added').length
      const answered = await this.newCode().call(customer, getTicket, { params: { ticketId: ticket.id } })
      const known = this.acknowledged.get(ticket.id)
      if (known?.comments !== comments) found.push(`${ticket.id} has ${comments} comments, not ${known?.comments}`)
      if (known?.priority !== answered.json.priority)
        found.push(`${ticket.id} is answered as ${answered.json.priority}, not ${known?.priority}`)
    }
    if (this.acknowledged.size !== (await this.headers()).length) found.push('a ticket is lost')
    return found
  }
}
