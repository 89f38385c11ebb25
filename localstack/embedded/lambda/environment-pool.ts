import { AwsError } from '../aws-error.ts'
import type { FunctionVersion } from './deployment.ts'
import type { Environment } from './environment.ts'

/** Hands out execution environments: an idle one, else a new one while there is room, else the asker queues. */
export interface EnvironmentPool {
  /** Runs the job in an environment of this version, alone in it. */
  run<T>(version: FunctionVersion, job: (environment: Environment) => Promise<T>): Promise<T>
  /** Ends the environments of which this is true: idle ones now, busy ones after what they run. */
  retire(isRetired: (version: FunctionVersion) => boolean): void
  /** Ends the function's environments at once, or the one of this id, with what runs in them. Answers how many there were. */
  crash(functionName: string, environment?: string): number
  stop(): Promise<void>
}

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

export function createEnvironmentPool(options: EnvironmentPoolOptions): EnvironmentPool {
  const { nowMs = () => performance.now() } = options
  const slots = new Set<Slot>()
  let waiters: Waiter[] = []
  let uses = 0
  let stopped = false

  /**
   * Serves waiters in the order they came, from what is warm first, for a cold start costs more than most invocations. Room is made
   * only for versions that have no environment, and then from what idles; one that waited too long gets it from what is wanted too.
   */
  function dispatch() {
    let vacating = [...slots].filter(isLeaving).length
    const promised = new Set<FunctionVersion>()
    const makeRoomFor = ({ version }: Waiter) => {
      if (slots.size < options.environmentsMax || hasEnvironment(version) || promised.has(version)) return
      promised.add(version)
      // A place is free when its environment is gone and its memory with it: `ended` then dispatches again.
      if (vacating > 0) vacating--
      else retireOneIdle()
    }
    const oldest = oldestOfEachVersion()
    const overdueSince = nowMs() - options.overdueAfterMs
    for (const waiter of oldest) if (waiter.since <= overdueSince) makeRoomFor(waiter)
    serve(({ version }) => idleOf(version))
    serve(({ version }) => (hasEnvironment(version) ? undefined : startIfRoom(version)))
    serve(({ version, isSlow }) => (isSlow ? startIfRoom(version) : undefined))
    for (const waiter of oldestOfEachVersion()) makeRoomFor(waiter)
  }

  function oldestOfEachVersion(): Waiter[] {
    const oldest = new Map<FunctionVersion, Waiter>()
    for (const waiter of waiters) if (!oldest.has(waiter.version)) oldest.set(waiter.version, waiter)
    return [...oldest.values()]
  }

  function serve(find: (waiter: Waiter) => Slot | undefined) {
    // Who comes later gets nothing where an earlier one of the same version got nothing: a long line costs little to look at.
    const withoutPlace = new Set<FunctionVersion>()
    waiters = waiters.filter((waiter) => {
      const slot = withoutPlace.has(waiter.version) ? undefined : find(waiter)
      if (!slot) {
        withoutPlace.add(waiter.version)
        return true
      }
      slot.busy = true
      slot.usedAt = ++uses
      waiter.place(slot)
      return false
    })
  }

  function hasEnvironment(version: FunctionVersion): boolean {
    return environmentsOf(version).some((slot) => slot.busy || isIdle(slot))
  }

  function environmentsOf(version: FunctionVersion): Slot[] {
    return [...slots].filter((slot) => slot.version === version)
  }

  function idleOf(version: FunctionVersion): Slot | undefined {
    return environmentsOf(version)
      .filter(isIdle)
      .sort((left, right) => right.usedAt - left.usedAt)[0]
  }

  function startIfRoom(version: FunctionVersion): Slot | undefined {
    if (slots.size >= options.environmentsMax) return undefined
    return environmentsOf(version).length < options.environmentsPerVersionMax(version) ? startSlot(version) : undefined
  }

  /** Of those that have another one beside them, or else of all, the one that was idle longest. */
  function retireOneIdle() {
    const isOnly = ({ version }: Slot) => (environmentsOf(version).length === 1 ? 1 : 0)
    const [victim] = [...slots]
      .filter(isIdle)
      .sort((left, right) => isOnly(left) - isOnly(right) || left.usedAt - right.usedAt)
    if (victim) retireNow(victim)
  }

  function retireSurplus() {
    const idleBefore = nowMs() - options.surplusIdleMs
    for (const slot of slots) {
      const others = environmentsOf(slot.version).filter((other) => other !== slot && !other.retired)
      if (isIdle(slot) && others.length > 0 && slot.idleSince <= idleBefore) retireNow(slot)
    }
  }
  const surplusTimer = setInterval(retireSurplus, options.surplusIdleMs).unref()

  function startSlot(version: FunctionVersion): Slot {
    const slot: Slot = {
      version,
      environment: options.start(version),
      busy: false,
      retired: false,
      usedAt: 0,
      idleSince: 0,
    }
    slots.add(slot)
    void slot.environment.ended.then(() => {
      slots.delete(slot)
      dispatch()
    })
    return slot
  }

  function release(slot: Slot) {
    slot.busy = false
    slot.idleSince = nowMs()
    if (slot.retired) void slot.environment.stop()
    dispatch()
  }

  function retireNow(slot: Slot) {
    slot.retired = true
    if (!slot.busy) void slot.environment.stop()
  }

  function acquire(version: FunctionVersion): Promise<Slot> {
    return new Promise((place, refuse) => {
      if (stopped) return refuse(stopping())
      const { scaleAfterMs } = options
      const waiter = { version, since: nowMs(), isSlow: scaleAfterMs === 0, place, refuse }
      waiters.push(waiter)
      dispatch()
      if (!waiters.includes(waiter)) return
      const waited = () => {
        waiter.isSlow = true
        dispatch()
      }
      setTimeout(waited, scaleAfterMs).unref()
    })
  }

  return {
    async run(version, job) {
      const slot = await acquire(version)
      try {
        return await job(slot.environment)
      } finally {
        release(slot)
      }
    },
    retire(isRetired) {
      for (const slot of slots) if (isRetired(slot.version)) retireNow(slot)
    },
    crash(functionName, environment) {
      const isMeant = ({ id }: Environment) => environment === undefined || id === environment
      const own = [...slots].filter((slot) => slot.version.name === functionName && !isLeaving(slot))
      const meant = own.filter((slot) => isMeant(slot.environment))
      for (const slot of meant) {
        slot.retired = true
        void slot.environment.stop()
      }
      return meant.length
    },
    async stop() {
      stopped = true
      clearInterval(surplusTimer)
      for (const waiter of waiters) waiter.refuse(stopping())
      waiters = []
      await Promise.all([...slots].map(({ environment }) => environment.stop()))
    },
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
