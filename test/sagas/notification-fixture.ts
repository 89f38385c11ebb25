import type { Ticket } from '../../domain/ticket.ts'
import type { User } from '../../domain/user.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import type { Shape } from '../../sagas/phases.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { sagaId, startSaga } from '../../sagas/start-saga.ts'
import { toWrite } from '../../tables/changes.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { noticesQuery, parseNotice } from '../../tables/notices.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { SendCounter } from '../../tables/send-quota.ts'
import { stepRow } from '../../tables/step-keys.ts'
import type { Store } from '../../tables/store.ts'
import { type Driven, drive } from './drive-machine.ts'
import { Calls, type FaultPlan, FaultyMailer, FaultyStore, Invocation } from './faults.ts'

export const tenant = 'acme'
export const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:run-notification-step'

const at = '2026-03-01T11:00:00.000Z'
const ticket: Ticket = {
  id: 'T1',
  title: 'My printer is on fire',
  status: 'open',
  priority: 'normal',
  requester: 'ann',
  version: 1,
  openedAt: at,
  updatedAt: at,
}

export const addresses = { ok: 'ann@example.com', bounce: 'ann@bounce.example.com', none: undefined }
export type Address = keyof typeof addresses

const start = {
  tenant,
  aggregate: { type: 'ticket', id: 'T1' },
  eventId: 'E2',
  recipient: 'ann',
  correlationId: 'C1',
  input: { type: 'ticket.comment_added', ticketId: 'T1', seq: 2, occurredAt: at, recipient: 'ann' },
} as const

/** Whether each task runs twice: one after the other, or both at once. */
export type Copies = 'none' | 'after' | 'beside'

interface CaseOptions {
  shape?: Shape
  plan?: FaultPlan | undefined
  seed?: number
  copies?: Copies
  store?: Store
}

/** One notification saga from its event to its end, in memory, with the faults of a plan. */
export class NotificationCase {
  readonly store: Store
  readonly mailer = new MemoryMailer()
  readonly machines = new MemoryStateMachines()
  readonly runtime: ManualRuntime
  readonly calls: Calls
  readonly id = sagaId(notification, start)
  readonly payloads: Record<string, unknown>[] = []
  readonly #shape: Shape
  readonly #copies: Copies
  readonly #running: Promise<unknown>[] = []

  constructor({ shape = 'phases', plan, seed, copies = 'none', store = new MemoryStore() }: CaseOptions = {}) {
    this.store = store
    this.#shape = shape
    this.#copies = copies
    this.calls = new Calls(plan)
    this.runtime = new ManualRuntime({ seed })
  }

  async begin(address: Address, wishes: Pick<User, 'channels' | 'mailSuppressed'> = {}): Promise<this> {
    const email = addresses[address]
    const user: User = {
      id: 'ann',
      role: 'customer',
      status: 'active',
      origin: 'admin',
      ...(email && { email }),
      ...wishes,
      version: 1,
      createdAt: at,
      updatedAt: at,
    }
    await this.store.transactWrite(
      [
        toWrite(tenant, { operation: 'put', entity: 'ticket', ticket }),
        toWrite(tenant, { operation: 'put', entity: 'user', user }),
      ],
      'seed',
    )
    await startSaga({ store: this.store, runtime: this.runtime, machines: this.machines }, notification, 'arn', start)
    return this
  }

  /** One call of the saga's function by Step Functions, with its copies. */
  async task(payload: Record<string, unknown>): Promise<unknown> {
    if (this.#copies === 'none') return this.invoke(payload)
    if (this.#copies === 'after') await this.invoke(payload).catch(() => undefined)
    const beside = this.#copies === 'beside' ? this.invoke(payload) : undefined
    beside?.catch(() => undefined)
    const answer = await this.invoke(payload).finally(() => beside?.catch(() => undefined))
    return answer
  }

  /** Runs from the start to the end, or until it is parked. */
  async run(beforeTask: () => Promise<void> = async () => {}): Promise<Driven> {
    const machine = compile(notification, { functionArn, shape: this.#shape })
    return drive(machine, this.input, async (payload) => {
      await beforeTask()
      return this.task(payload)
    })
  }

  get input() {
    return { tenant, sagaId: this.id, generation: 1 }
  }

  /** One invocation of the saga's function. */
  async invoke(payload: Record<string, unknown>): Promise<unknown> {
    this.payloads.push(payload)
    const invocation = new Invocation(this.calls)
    const tools = {
      mailer: new FaultyMailer(this.mailer, invocation),
      mailFrom: 'support@example.com',
      runtime: this.runtime,
    }
    const run = taskRunner(notification, {
      store: new FaultyStore(this.store, invocation),
      runtime: this.runtime,
      tools,
    })
    const answer = run(payload)
    this.#running.push(answer.catch(() => undefined))
    return Promise.race([answer, invocation.end])
  }

  /** Releases every call that hangs, and waits until all calls have ended. */
  async lateCallsLand(): Promise<void> {
    this.calls.release()
    for (let turn = 0; turn < 200; turn++) await Promise.resolve()
  }

  async outcome() {
    const saga = await readRow(this.store, sagaRow(tenant, this.id))
    if (!saga) throw new Error('the saga has no row')
    const fences: Record<string, string> = {}
    for (const { name } of notification.steps) {
      const fence = await readRow(this.store, stepRow({ tenant, sagaId: this.id, step: name }))
      fences[name] = fence?.state ?? 'absent'
    }
    const notices = (await this.store.query(noticesQuery({ tenant, userId: 'ann' }))).rows.map(parseNotice)
    const counters = (await this.store.scan({ table: 'Quotas' })).rows.map((row) => SendCounter.parse(row))
    const sends = counters.reduce((total, { used }) => total + used, 0)
    return { saga, fences, notices, sends, mails: this.mailer.sent }
  }
}
