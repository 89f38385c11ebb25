import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import type { StartSagasDeps } from '../../app/consumers/start-sagas.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { isSubscribedTo } from '../../app/publish/event-filter.ts'
import type { RelayDeps } from '../../app/publish/publisher.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import { machineFinder, type SagaRecoveryDeps } from '../../app/saga-recovery.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import type { Queue } from '../../gateways/queue.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { maxReceiveCount, sagaStepTimeoutSeconds } from '../../infra/limits.ts'
import type { StateMachine } from '../../sagas/asl.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { closed, superseded } from '../../sagas/step-errors.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store, Write } from '../../tables/store.ts'
import { ClientLog, runClient, runScript } from './clients.ts'
import { deadlineOf, EventSource, labelOf, OutboxStream } from './delivery.ts'
import { Executions } from './executions.ts'
import { HalfApplied } from './half-applied.ts'
import { startOperator } from './operator.ts'
import type { Process } from './process.ts'
import { Safety } from './safety.ts'
import { startSchedules } from './schedules.ts'
import { simulatedCallbacks, simulatedMachines, simulatedMailer, simulatedQueue } from './simulated-gateways.ts'
import { simulatedStore } from './simulated-store.ts'
import type { Simulation } from './simulation.ts'
import type { Swarm } from './swarm.ts'

const subscribers = ['project-views', 'unassign-tickets', 'start-saga', 'wake-saga'] as const
type Subscriber = (typeof subscribers)[number]
const urlOf = (subscriber: string) => `https://queues.example.com/${subscriber}`
const queueUrls = Object.fromEntries(subscribers.map((subscriber) => [subscriber, urlOf(subscriber)]))

const machineArns = { notification: 'notification', webhook: 'webhook', attachment: 'attachment', removal: 'removal' }
const machines: ReadonlyMap<string, StateMachine> = new Map([
  [machineArns.notification, compile(notification, { functionArn: 'run-notification-step' })],
])

/**
 * The system below HTTP and JWT: the real functions, sagas and tables over the in-memory twins, with its clients, event sources, state
 * machines and schedules. Every call between them goes through {@link Process}.
 */
export class World {
  readonly store: Store
  readonly mailer = new MemoryMailer()
  readonly safety: Safety
  readonly log: ClientLog
  readonly #simulation: Simulation
  readonly #database: HalfApplied
  readonly #queue: MemoryQueue
  readonly #countingQueue: Queue
  readonly #executions: Executions
  readonly #stream: OutboxStream
  readonly #sources: Record<Subscriber, EventSource>
  readonly #digests: MemoryObjectStore
  #isOver = false
  #clients = 0

  constructor(simulation: Simulation, swarm: Swarm, store: Store = new MemoryStore()) {
    this.store = store
    this.#database = new HalfApplied(store, simulation.scheduler)
    this.#simulation = simulation
    const now = () => Math.floor(simulation.scheduler.nowMs)
    const subscribersOf = (event: Row) => subscribers.filter((name) => isSubscribedTo(name, event as DomainEvent))
    this.safety = new Safety({ subscribersOf, now: () => simulation.scheduler.nowMs })
    this.log = new ClientLog((attempt) => this.safety.answered(attempt))
    this.#queue = new MemoryQueue(now, maxReceiveCount)
    this.#countingQueue = this.#withAcceptance(this.#queue)
    this.#digests = new MemoryObjectStore(now)
    this.#executions = new Executions(simulation, machines, (_, name, payload) => this.#runStep(name, payload))
    this.#stream = new OutboxStream(simulation, (process) => this.#relayDeps(process))
    this.#sources = this.#eventSources()
    startSchedules({
      simulation,
      relayDepsOf: (process) => this.#relayDeps(process),
      consumersOf: (process, { store, runtime }) =>
        orderedConsumers(store, runtime).map((consumer) => this.#poisoned(consumer, process)),
      startSagasDepsOf: (process) => this.#startSagasDeps(process),
      recoveryDepsOf: (process) => this.#recoveryDeps(process),
      digests: this.#digests,
      rows: (table) => this.safety.rows(table),
      roundsEvery: swarm.roundsEvery,
      confirms: swarm.confirms,
      isOver: () => this.#isOver,
    })
    startOperator({
      simulation,
      storeOf: (process) => this.storeOf(process),
      rows: (table) => this.safety.rows(table),
      redrive: () => this.#redrive(),
      isOver: () => this.#isOver,
    })
  }

  /** Puts rows before anything happens. */
  async begin(rows: readonly Write[]): Promise<void> {
    for (const row of rows) await this.store.write(row)
    this.safety.begin(rows)
  }

  /** Starts the clients: those of the script, or as many as the world has. Clients of different tenants send the same keys. */
  startClients({ tenants, script, clients, client }: Swarm): void {
    const deps = { simulation: this.#simulation, storeOf: (process: Process) => this.storeOf(process) }
    const start = (run: () => Promise<void>) => {
      this.#clients++
      this.#simulation.start(async () => {
        await run()
        this.#clients--
      })
    }
    if (script) start(() => runScript(deps, this.log, script, tenants[0] ?? ''))
    else
      for (let index = 0; index < clients; index++) {
        const tenant = tenants[index % tenants.length] ?? ''
        start(() => runClient(deps, this.log, client, { tenant, number: Math.floor(index / tenants.length) + 1 }))
      }
  }

  /** The database as a process reaches it. */
  storeOf(process: Process): Store {
    return simulatedStore(process, this.#database, (writes) => this.#onWritten(writes))
  }

  /** What has not ended yet; empty when all is done. With `confirmed`, published events count until they are confirmed. */
  unfinished({ confirmed }: { confirmed: boolean }): string[] {
    const { safety } = this
    const count = (what: string, number: number) => (number > 0 ? [`${number} ${what}`] : [])
    const matching = (table: 'Sagas' | 'Receipts', attribute: string) =>
      [...safety.rows(table).values()].filter((row) => row[attribute] !== undefined).length
    const depths = subscribers.map((name) => this.#queue.depth(urlOf(name)))
    const queued = depths.reduce((sum, { visible, inFlight, deadLetters }) => sum + visible + inFlight + deadLetters, 0)
    return [
      ...count('clients still try', this.#clients),
      ...count('processes still run', this.#simulation.running - this.#clients),
      ...count('events in the outbox', safety.rows('Outbox').size),
      ...count('messages in queues', queued),
      ...count('sagas that have not ended', matching('Sagas', 'livePk')),
      ...count('blocked aggregates', matching('Receipts', 'blockedAt')),
      ...(confirmed ? count('events that are not confirmed', safety.rows('Unconfirmed').size) : []),
    ]
  }

  /** Ends the schedules. */
  end(): void {
    this.#isOver = true
  }

  #onWritten(writes: readonly Write[]): void {
    this.safety.written(writes)
    for (const write of writes) if (write.table === 'Outbox' && write.kind === 'put') this.#stream.inserted(write.row)
  }

  #withAcceptance(queue: MemoryQueue): Queue {
    return {
      sendBatch: async (queueUrl, messages) => {
        const results = await queue.sendBatch(queueUrl, messages)
        const subscriber = queueUrl.slice(queueUrl.lastIndexOf('/') + 1) as Subscriber
        for (const { deduplicationId } of messages) this.safety.accepted(subscriber, deduplicationId)
        this.#sources[subscriber].poll()
        return results
      },
    }
  }

  #eventSources(): Record<Subscriber, EventSource> {
    const source = (subscriber: Subscriber, consume: ConstructorParameters<typeof EventSource>[3]) =>
      new EventSource(this.#simulation, this.#queue, urlOf(subscriber), consume)
    const ordered =
      (create: (store: Store, runtime: Runtime) => Consumer): ConstructorParameters<typeof EventSource>[3] =>
      (process, batch, deadlineMs) => {
        const deps = this.#deps(process)
        return consumeBatch(deps, this.#poisoned(create(deps.store, deps.runtime), process), batch, deadlineMs)
      }
    return {
      'project-views': source('project-views', ordered(projectViews)),
      'unassign-tickets': source('unassign-tickets', ordered(unassignTickets)),
      'start-saga': source('start-saga', (process, batch, deadlineMs) =>
        startSagas(this.#startSagasDeps(process), batch, deadlineMs),
      ),
      'wake-saga': source('wake-saga', (process, batch, deadlineMs) =>
        wakeSagas(this.#recoveryDeps(process), batch, deadlineMs),
      ),
    }
  }

  /** The consumer as one process has it: with events that it can't apply, while another may, as when a faulty version is rolled out. */
  #poisoned(consumer: Consumer, process: Process): Consumer {
    const { faults, coverage } = this.#simulation
    return {
      name: consumer.name,
      handle: async (event, options) => {
        if (faults.at(`${process.name}, ${labelOf(event)}`, ['poison'])) {
          coverage.count('poison')
          throw new PoisonEventError('the simulation wants it so')
        }
        return consumer.handle(event, options)
      },
    }
  }

  #deps(process: Process) {
    return { store: this.storeOf(process), runtime: process.runtime, observer: this.#simulation.coverage.observer }
  }

  #relayDeps(process: Process): RelayDeps {
    const queue = simulatedQueue(process, this.#countingQueue, (subscriber, eventId) =>
      this.safety.accepted(subscriber, eventId),
    )
    return { ...this.#deps(process), queue, subscribers: queueUrls }
  }

  #startSagasDeps(process: Process): StartSagasDeps {
    return { ...this.#deps(process), machines: simulatedMachines(process, this.#executions), machineArns }
  }

  #recoveryDeps(process: Process): SagaRecoveryDeps & Pick<StartSagasDeps, 'observer'> {
    return {
      ...this.#deps(process),
      machines: simulatedMachines(process, this.#executions),
      callbacks: simulatedCallbacks(process, this.#executions),
      deployedMachine: machineFinder(machineArns),
    }
  }

  /** Runs a saga's function. Throws the error that Step Functions sees. */
  async #runStep(name: string, payload: unknown): Promise<unknown> {
    const result = await this.#simulation.run(
      name,
      (process) => {
        const mailer = simulatedMailer(process, {
          send: async (mail) => {
            const outcome = await this.mailer.send(mail)
            if (outcome.status === 'accepted') this.safety.sent(mail)
            return outcome
          },
        })
        const tools = { mailer, mailFrom: 'desk@example.com', runtime: process.runtime }
        return runSagaTask(
          notification,
          { ...this.#deps(process), tools },
          payload,
          deadlineOf(process, sagaStepTimeoutSeconds),
        )
      },
      { timeoutMs: sagaStepTimeoutSeconds * 1_000 },
    )
    if (result.status === 'returned') return result.value
    if (result.status === 'threw') {
      this.#countError(result.error, payload)
      throw result.error
    }
    throw Object.assign(new Error('the function exited'), { name: 'Lambda.Unknown' })
  }

  #countError({ name }: Error, payload: unknown): void {
    const { coverage } = this.#simulation
    if (name === closed) coverage.count('a do met a fence that an undo had closed')
    if (name === superseded) coverage.count('a task of an earlier execution was refused')
    if ((payload as { action: string }).action !== 'do' && name.endsWith('.failed'))
      coverage.count('an undo was retried')
  }

  #redrive(): void {
    for (const subscriber of subscribers) {
      const redriven = this.#queue.redrive(urlOf(subscriber))
      this.#simulation.coverage.count('dead letters were redriven', redriven)
      if (redriven > 0) this.#sources[subscriber].poll()
    }
  }
}
