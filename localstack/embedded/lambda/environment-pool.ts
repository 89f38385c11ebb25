import { AwsError } from '../aws-error.ts'
import type { FunctionVersion } from './deployment.ts'
import type { Environment } from './environment.ts'

/** Hands out execution environments: an idle one, else a new one while there is room, else the asker queues. */
export interface EnvironmentPool {
  /** Runs the job in an environment of this version, alone in it. */
  run<T>(version: FunctionVersion, job: (environment: Environment) => Promise<T>): Promise<T>
  /** Ends the environments of which this is true: idle ones now, busy ones after what they run. */
  retire(isRetired: (version: FunctionVersion) => boolean): void
  /** Ends the function's environments at once, with what runs in them. Answers how many there were. */
  crash(functionName: string): number
  stop(): Promise<void>
}

export interface EnvironmentPoolOptions {
  /** All environments together; the memory of the stack is bounded by it. */
  environmentsMax: number
  /** Environments of one version: more than the machine has use for would push out those of others. */
  environmentsPerVersionMax: number
  start(version: FunctionVersion): Environment
}

interface Slot {
  version: FunctionVersion
  environment: Environment
  busy: boolean
  retired: boolean
  /** Position in the order of use; the smallest idle one goes first. */
  usedAt: number
}

interface Waiter {
  version: FunctionVersion
  place(slot: Slot): void
  refuse(reason: Error): void
}

export function createEnvironmentPool(options: EnvironmentPoolOptions): EnvironmentPool {
  const slots = new Set<Slot>()
  let waiters: Waiter[] = []
  let uses = 0
  let stopped = false

  /** Serves waiters in the order they came, past those for whom there is no room: no function waits for another one's limit. */
  function dispatch() {
    const blocked = new Set<FunctionVersion>()
    const left: Waiter[] = []
    let vacating = [...slots].filter(isLeaving).length
    for (const waiter of waiters) {
      const slot = blocked.has(waiter.version) ? undefined : slotFor(waiter.version, () => vacating-- > 0)
      if (slot) {
        waiter.place(occupy(slot))
        continue
      }
      blocked.add(waiter.version)
      left.push(waiter)
    }
    waiters = left
  }

  /** `claimVacancy` answers true when a place is about to be free that no earlier waiter counts on. */
  function slotFor(version: FunctionVersion, claimVacancy: () => boolean): Slot | undefined {
    const own = [...slots].filter((slot) => slot.version === version)
    const idle = own.filter(isIdle).sort((left, right) => right.usedAt - left.usedAt)[0]
    if (idle) return idle
    if (own.length >= options.environmentsPerVersionMax) return undefined
    if (slots.size >= options.environmentsMax) {
      // A place counts as free when its environment is gone and its memory with it; `ended` then dispatches again.
      if (!claimVacancy()) retireLeastUsed()
      return undefined
    }
    return startSlot(version)
  }

  function retireLeastUsed() {
    const leastUsed = [...slots].filter(isIdle).sort((left, right) => left.usedAt - right.usedAt)[0]
    if (leastUsed) retireNow(leastUsed)
  }

  function startSlot(version: FunctionVersion): Slot {
    const slot: Slot = { version, environment: options.start(version), busy: false, retired: false, usedAt: 0 }
    slots.add(slot)
    void slot.environment.ended.then(() => {
      slots.delete(slot)
      dispatch()
    })
    return slot
  }

  function occupy(slot: Slot): Slot {
    slot.busy = true
    slot.usedAt = ++uses
    return slot
  }

  function release(slot: Slot) {
    slot.busy = false
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
      waiters.push({ version, place, refuse })
      dispatch()
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
    crash(functionName) {
      const own = [...slots].filter((slot) => slot.version.name === functionName && !isLeaving(slot))
      for (const slot of own) {
        slot.retired = true
        void slot.environment.stop()
      }
      return own.length
    },
    async stop() {
      stopped = true
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
