import { isSubscribedTo } from '../../app/publish/event-filter.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import type { Queue } from '../../gateways/queue.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { maxReceiveCount } from '../../infra/limits.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store, TableName, Write } from '../../tables/store.ts'
import { Bucket } from './bucket.ts'
import { ClientLog, runClient, runScript } from './clients.ts'
import { type EventSource, OutboxStream } from './delivery.ts'
import { createEventSources } from './event-sources.ts'
import { Executions } from './executions.ts'
import { FunctionDeps } from './function-deps.ts'
import { HalfApplied } from './half-applied.ts'
import { startHolders } from './holder.ts'
import { LaggingIndexes } from './lagging-indexes.ts'
import { startOperator } from './operator.ts'
import type { Process } from './process.ts'
import type { RequestedFile } from './requests.ts'
import { Safety } from './safety.ts'
import { machinesOf, SagaFunctions } from './saga-functions.ts'
import { simulatedObjects } from './simulated-objects.ts'
import { simulatedStore } from './simulated-store.ts'
import type { Simulation } from './simulation.ts'
import { startStackHolders } from './stack-holder.ts'
import { queueUrlOf, type Subscriber, subscribers } from './subscribers.ts'
import type { Swarm } from './swarm.ts'
import { assignedInVain, startTimedFunctions } from './timed-functions.ts'
import { UploadEvents } from './upload-events.ts'
import { uploadFile } from './uploads.ts'

/**
 * The system below HTTP and JWT: the real functions, sagas and tables over the in-memory twins, with its clients, event sources, state
 * machines and timed functions. Every call between them goes through {@link Process}.
 */
export class SimulatedSystem {
  readonly store: Store
  readonly bucket: Bucket
  /** The bucket of digests. */
  readonly digests: MemoryObjectStore
  readonly safety: Safety
  readonly log: ClientLog
  readonly #simulation: Simulation
  readonly #database: HalfApplied
  readonly #indexesLag: boolean
  readonly #queue: MemoryQueue
  readonly #executions: Executions
  readonly #functions: SagaFunctions
  readonly #uploads: UploadEvents
  readonly #deps: FunctionDeps
  readonly #stream: OutboxStream
  readonly #sources: Record<Subscriber, EventSource>
  #isOver = false
  #clients = 0

  constructor(simulation: Simulation, swarm: Swarm, store: Store = new MemoryStore()) {
    this.store = store
    this.#indexesLag = swarm.indexLagMsMax > 0
    const database = this.#indexesLag ? this.#laggingIndexes(store, swarm.indexLagMsMax, simulation) : store
    this.#database = new HalfApplied(database, simulation.scheduler)
    this.#simulation = simulation
    const now = () => Math.floor(simulation.scheduler.nowMs)
    const subscribersOf = (event: Row) => subscribers.filter((name) => isSubscribedTo(name, event as DomainEvent))
    const { isScanned } = swarm
    const count = (what: string) => simulation.coverage.count(what)
    this.safety = new Safety({ subscribersOf, now: () => simulation.scheduler.nowMs, isScanned, count })
    this.log = new ClientLog((attempt) => this.safety.answered(attempt))
    this.#queue = new MemoryQueue(now, maxReceiveCount)
    this.digests = new MemoryObjectStore(now)
    this.#uploads = new UploadEvents({
      simulation,
      isScanned,
      uploadDepsOf: (process) => this.#deps.upload(process),
    })
    this.bucket = this.#announcedBucket(now)
    this.#deps = new FunctionDeps({
      simulation,
      bucket: this.bucket,
      queue: this.#withAcceptance(this.#queue),
      isScanned,
      storeOf: (process) => this.storeOf(process),
      executionsOf: () => this.#executions,
      onLost: (subscriber, eventId) => this.safety.accepted(subscriber, eventId),
    })
    this.#functions = new SagaFunctions({
      simulation,
      safety: this.safety,
      bucket: this.bucket,
      isScanned,
      executionsOf: () => this.#executions,
      depsOf: (process) => this.#deps.common(process),
    })
    this.#executions = new Executions(simulation, machinesOf(swarm), (machineArn, name, payload) =>
      this.#functions.run(machineArn, name, payload),
    )
    this.#stream = new OutboxStream(simulation, (process) => this.#deps.relay(process))
    this.#sources = createEventSources(simulation, this.#queue, this.#deps)
    startTimedFunctions({
      simulation,
      functionDeps: this.#deps,
      digestsOf: (process) => simulatedObjects(process, this.digests),
      files: this.safety.files,
      rows: (table) => this.safety.rows(table),
      roundsEvery: swarm.roundsEvery,
      confirms: swarm.confirms,
      reconcilesAssignments: this.#indexesLag,
      isOver: () => this.#isOver,
    })
    startOperator({
      simulation,
      storeOf: (process) => this.storeOf(process),
      rows: (table) => this.safety.rows(table),
      redrive: () => this.#redrive(),
      isOver: () => this.#isOver,
      isScanned,
    })
  }

  /** Puts rows before anything happens. */
  async begin(rows: readonly Write[]): Promise<void> {
    for (const row of rows) await this.store.write(row)
    this.safety.begin(rows)
  }

  /**
   * Starts the clients, those of the script or as many as the swarm has, and those who hold. Clients of
   * different tenants send the same keys.
   */
  startClients({ tenants, script, clients, client: scale, hasHolds, holdsEverything, ...repertoire }: Swarm): void {
    const requestDeps = {
      simulation: this.#simulation,
      storeOf: (process: Process) => this.storeOf(process),
      objectsOf: (process: Process) => simulatedObjects(process, this.bucket),
    }
    const startUpload = (file: RequestedFile) =>
      this.#simulation.start(() => uploadFile({ ...requestDeps, bucket: this.bucket }, file))
    const deps = { ...requestDeps, startUpload }
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
        const number = Math.floor(index / tenants.length) + 1
        start(() => runClient(deps, this.log, { scale, repertoire }, { tenant, number }))
      }
    const rows = (table: TableName) => this.safety.rows(table)
    if (hasHolds) startHolders({ ...requestDeps, rows }, { tenants, webhooks: repertoire.webhooks })
    if (holdsEverything) startStackHolders({ ...requestDeps, rows })
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
    const depths = subscribers.map((name) => this.#queue.depth(queueUrlOf(name)))
    const queued = depths.reduce((sum, { visible, inFlight, deadLetters }) => sum + visible + inFlight + deadLetters, 0)
    return [
      ...count('clients still try', this.#clients),
      ...count('processes still run', this.#simulation.running - this.#clients),
      ...count('events in the outbox', safety.rows('Outbox').size),
      ...count('messages in queues', queued),
      ...count('sagas that have not ended', matching('Sagas', 'livePk')),
      ...count('objects that do not stay', safety.files.passing().length),
      ...count('verdicts that could not be recorded', this.#uploads.deadLetters),
      ...count('blocked aggregates', matching('Receipts', 'blockedAt')),
      ...(this.#indexesLag ? count('tickets of deactivated users', assignedInVain(safety.rows('Tickets')).length) : []),
      ...(confirmed ? count('events that are not confirmed', safety.rows('Unconfirmed').size) : []),
    ]
  }

  /** The mails that were accepted. */
  get mails() {
    return this.#functions.mailer.sent
  }

  /** Ends the timed functions. */
  end(): void {
    this.#isOver = true
  }

  #laggingIndexes(store: Store, lagMsMax: number, { scheduler, draws, coverage, trace }: Simulation): LaggingIndexes {
    const lags = draws.of('index lag')
    let writes = 0
    return new LaggingIndexes(store, {
      now: () => scheduler.nowMs,
      // Most lags are short.
      nextLagMs: () => lags.number(writes++) ** 3 * lagMsMax,
      onBehind: () => {
        coverage.count('an index was behind its table')
        trace.note('an index', 'is behind its table')
      },
    })
  }

  #onWritten(writes: readonly Write[]): void {
    this.safety.written(writes)
    for (const write of writes) if (write.table === 'Outbox' && write.kind === 'put') this.#stream.inserted(write.row)
  }

  #announcedBucket(now: () => number): Bucket {
    const { files } = this.safety
    return new Bucket(now, {
      stored: (key, bytes) => files.stored(key, bytes),
      deleted: (key) => files.deleted(key),
      uploaded: (key, bytes) => this.#uploads.uploaded(key, bytes),
    })
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

  #redrive(): void {
    this.#simulation.coverage.count('verdicts were redriven', this.#uploads.redrive())
    for (const subscriber of subscribers) {
      const redriven = this.#queue.redrive(queueUrlOf(subscriber))
      this.#simulation.coverage.count('dead letters were redriven', redriven)
      if (redriven > 0) this.#sources[subscriber].poll()
    }
  }
}
