import { AwsError } from '../aws-error.ts'
import type { FunctionVersion } from './deployment.ts'
import type { Environment } from './environment.ts'

export interface EnvironmentPoolOptions {
  /** All environments together; the memory of the stack is bounded by it. */
  environmentsMax: number
  /** Environments of one version: more than the machine has use for would push out those of others. */
  environmentsPerVersionMax(version: FunctionVersion): number
  /** An asker without any environment lets warm ones go first for so long. */
  overdueAfterMs: number
  /** An asker waits so long for a warm environment before a further one is started for it. */
  scaleAfterMs: number
  /** A function's second and further environments end when they idled so long: a burst leaves one behind, not four. */
  surplusIdleMs: number
  /** A clock that never goes back; the process's by default. */
  nowMs?: () => number
  start(version: FunctionVersion): Environment
}

interface Slot {
  version: FunctionVersion
  environment: Environment
  busy: boolean
  retired: boolean
  /** Position in the order of use; the smallest idle one goes first. */
  usedAt: number
  /** Milliseconds of the pool's clock. */
  idleSince: number
}

interface Waiter {
  version: FunctionVersion
  /** Milliseconds of the pool's clock. */
  since: number
  /** Has waited for a warm environment for long enough. Told by a timer: one may go off before the clock says that its time is over. */
  isSlow: boolean
  place(slot: Slot): void
  refuse(reason: Error): void
}

/** Hands out execution environments: an idle one, else a new one while there is room, else the asker queues. */
export class EnvironmentPool {
  readonly #options: EnvironmentPoolOptions
  readonly #nowMs: () => number
  readonly #slots = new Set<Slot>()
  readonly #surplusTimer: NodeJS.Timeout
  #waiters: Waiter[] = []
  #uses = 0
  #stopped = false

  constructor(options: EnvironmentPoolOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#surplusTimer = setInterval(() => this.#retireSurplus(), options.surplusIdleMs).unref()
  }

  /** Runs the job in an environment of this version, alone in it. */
  async run<T>(version: FunctionVersion, job: (environment: Environment) => Promise<T>): Promise<T> {
    const slot = await this.#acquire(version)
    try {
      return await job(slot.environment)
    } finally {
      this.#release(slot)
    }
  }

  /** Ends the environments of which this is true: idle ones now, busy ones after what they run. */
  retire(isRetired: (version: FunctionVersion) => boolean): void {
    for (const slot of this.#slots) if (isRetired(slot.version)) this.#retireNow(slot)
  }

  /** Ends the function's environments at once, or the one of this id, with what runs in them. Answers how many there were. */
  crash(functionName: string, environment?: string): number {
    const isMeant = ({ id }: Environment) => environment === undefined || id === environment
    const own = [...this.#slots].filter((slot) => slot.version.name === functionName && !isLeaving(slot))
    const meant = own.filter((slot) => isMeant(slot.environment))
    for (const slot of meant) {
      slot.retired = true
      void slot.environment.stop()
    }
    return meant.length
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#surplusTimer)
    for (const waiter of this.#waiters) waiter.refuse(stopping())
    this.#waiters = []
    await Promise.all([...this.#slots].map(({ environment }) => environment.stop()))
  }

  /**
   * Serves waiters in the order they came, from what is warm first, for a cold start costs more than most invocations. Room is made
   * only for versions that have no environment, and then from what idles; one that waited too long gets it from what is wanted too.
   */
  #dispatch() {
    let vacating = [...this.#slots].filter(isLeaving).length
    const promised = new Set<FunctionVersion>()
    const makeRoomFor = ({ version }: Waiter) => {
      if (this.#slots.size < this.#options.environmentsMax || this.#hasEnvironment(version) || promised.has(version))
        return
      promised.add(version)
      // A place is free when its environment is gone and its memory with it: `ended` then dispatches again.
      if (vacating > 0) vacating--
      else this.#retireOneIdle()
    }
    const oldest = this.#oldestOfEachVersion()
    const overdueSince = this.#nowMs() - this.#options.overdueAfterMs
    for (const waiter of oldest) if (waiter.since <= overdueSince) makeRoomFor(waiter)
    this.#serve(({ version }) => this.#idleOf(version))
    this.#serve(({ version }) => (this.#hasEnvironment(version) ? undefined : this.#startIfRoom(version)))
    this.#serve(({ version, isSlow }) => (isSlow ? this.#startIfRoom(version) : undefined))
    for (const waiter of this.#oldestOfEachVersion()) makeRoomFor(waiter)
  }

  #oldestOfEachVersion(): Waiter[] {
    const oldest = new Map<FunctionVersion, Waiter>()
    for (const waiter of this.#waiters) if (!oldest.has(waiter.version)) oldest.set(waiter.version, waiter)
    return [...oldest.values()]
  }

  #serve(find: (waiter: Waiter) => Slot | undefined) {
    // When a waiter gets nothing, later ones of the same version are skipped, so a long queue costs little.
    const withoutPlace = new Set<FunctionVersion>()
    this.#waiters = this.#waiters.filter((waiter) => {
      const slot = withoutPlace.has(waiter.version) ? undefined : find(waiter)
      if (!slot) {
        withoutPlace.add(waiter.version)
        return true
      }
      slot.busy = true
      slot.usedAt = ++this.#uses
      waiter.place(slot)
      return false
    })
  }

  #hasEnvironment(version: FunctionVersion): boolean {
    return this.#environmentsOf(version).some((slot) => slot.busy || isIdle(slot))
  }

  #environmentsOf(version: FunctionVersion): Slot[] {
    return [...this.#slots].filter((slot) => slot.version === version)
  }

  #idleOf(version: FunctionVersion): Slot | undefined {
    return this.#environmentsOf(version)
      .filter(isIdle)
      .sort((left, right) => right.usedAt - left.usedAt)[0]
  }

  #startIfRoom(version: FunctionVersion): Slot | undefined {
    if (this.#slots.size >= this.#options.environmentsMax) return undefined
    return this.#environmentsOf(version).length < this.#options.environmentsPerVersionMax(version)
      ? this.#startSlot(version)
      : undefined
  }

  /** Retires the environment that was idle longest, if possible one whose version has another. */
  #retireOneIdle() {
    const isOnly = ({ version }: Slot) => (this.#environmentsOf(version).length === 1 ? 1 : 0)
    const [victim] = [...this.#slots]
      .filter(isIdle)
      .sort((left, right) => isOnly(left) - isOnly(right) || left.usedAt - right.usedAt)
    if (victim) this.#retireNow(victim)
  }

  #retireSurplus() {
    const idleBefore = this.#nowMs() - this.#options.surplusIdleMs
    for (const slot of this.#slots) {
      const others = this.#environmentsOf(slot.version).filter((other) => other !== slot && !other.retired)
      if (isIdle(slot) && others.length > 0 && slot.idleSince <= idleBefore) this.#retireNow(slot)
    }
  }

  #startSlot(version: FunctionVersion): Slot {
    const slot: Slot = {
      version,
      environment: this.#options.start(version),
      busy: false,
      retired: false,
      usedAt: 0,
      idleSince: 0,
    }
    this.#slots.add(slot)
    void slot.environment.ended.then(() => {
      this.#slots.delete(slot)
      this.#dispatch()
    })
    return slot
  }

  #release(slot: Slot) {
    slot.busy = false
    slot.idleSince = this.#nowMs()
    if (slot.retired) void slot.environment.stop()
    this.#dispatch()
  }

  #retireNow(slot: Slot) {
    slot.retired = true
    if (!slot.busy) void slot.environment.stop()
  }

  #acquire(version: FunctionVersion): Promise<Slot> {
    return new Promise((place, refuse) => {
      if (this.#stopped) return refuse(stopping())
      const { scaleAfterMs } = this.#options
      const waiter = { version, since: this.#nowMs(), isSlow: scaleAfterMs === 0, place, refuse }
      this.#waiters.push(waiter)
      this.#dispatch()
      if (!this.#waiters.includes(waiter)) return
      const waited = () => {
        waiter.isSlow = true
        this.#dispatch()
      }
      setTimeout(waited, scaleAfterMs).unref()
    })
  }
}

function stopping(): AwsError {
  return new AwsError('ServiceException', 'the stack is stopping', 500)
}

function isIdle({ busy, retired, environment }: Slot): boolean {
  return !busy && !retired && environment.isUsable
}

function isLeaving({ busy, retired, environment }: Slot): boolean {
  return !busy && (retired || !environment.isUsable)
}
