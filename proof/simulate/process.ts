import type { Runtime } from '../../domain/runtime.ts'
import type { Coverage } from './coverage.ts'
import type { Draws } from './draws.ts'
import type { FaultKind, Faults } from './faults.ts'
import type { Outages, Service } from './outages.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

/** What a process needs of its simulation. */
export interface Surroundings {
  scheduler: Scheduler
  draws: Draws
  faults: Faults
  outages: Outages
  trace: Trace
  coverage: Coverage
  /** The longest latency of a call, in virtual milliseconds, but for one call in 30, which takes up to 20 times as long. */
  latencyMsMax: number
  /** The largest error of a clock. */
  clockErrorMsMax: number
  /** Starts what must have ended before the run does. */
  start(work: () => Promise<void>): void
}

export interface ProcessOptions {
  /** The time after which a call ends the process, as Lambda's time limit does. */
  timeoutMs?: number
}

/** One call that leaves the process. */
export interface Call<T> {
  /** What it does, in words, for the story of a run. */
  says(): string
  /** What it needs. */
  services: readonly Service[]
  /** The faults that can happen to it. */
  allowed: readonly FaultKind[]
  /** Takes effect when it is called. */
  effect(): Promise<T>
  /** Takes effect in another way, for faults that only this kind of call knows. `number` draws for it. */
  otherEffects?: Partial<Record<FaultKind, (number: (what: number) => number) => Promise<T>>>
  /** What the caller gets when no answer came: a value, or an error. */
  withoutAnswer(): T
  /** What the caller gets for a fault that is a definite answer. */
  refusal?(fault: FaultKind): T
}

/** The faults that can happen to any call. */
export const anyCall = ['crash before', 'crash after', 'request lost', 'answer lost', 'slow answer'] as const

/** How long a caller waits for an answer that does not come, in milliseconds. */
const answerTimeoutMs = { min: 300, max: 3_000 }
/** How long after its caller gave up a late effect comes, in milliseconds. */
const lateMs = { min: 10, max: 30_000 }
const slowMs = { min: 100, max: 50_000 }

/**
 * One invocation of a function, or one attempt of a client: code that runs between its calls and can die at each of them. Its clock may be
 * wrong, always by the same amount.
 */
export class Process {
  readonly name: string
  readonly runtime: Runtime
  /** Resolves when the process dies. */
  readonly crashed: Promise<{ status: 'crashed' }>
  readonly #surroundings: Surroundings
  readonly #draws: Draws
  readonly #deadlineMs: number
  readonly #onCrash: () => void
  #isGone = false
  #calls = 0
  #draw = 0

  constructor(surroundings: Surroundings, name: string, { timeoutMs = Number.POSITIVE_INFINITY }: ProcessOptions = {}) {
    this.name = name
    this.#surroundings = surroundings
    this.#draws = surroundings.draws.of(name)
    this.#deadlineMs = surroundings.scheduler.nowMs + timeoutMs
    const crash = Promise.withResolvers<{ status: 'crashed' }>()
    this.crashed = crash.promise
    this.#onCrash = () => crash.resolve({ status: 'crashed' })
    const { scheduler, clockErrorMsMax } = surroundings
    const skewMs = Math.round((this.#draws.number(0, skew) * 2 - 1) * clockErrorMsMax)
    this.runtime = {
      now: () => Math.floor(scheduler.nowMs) + skewMs,
      random: () => this.#draws.number(++this.#draw, random),
      newId: () => this.#draws.uuid(++this.#draw),
      randomBytes: (size) => this.#draws.bytes(size, ++this.#draw),
      sleep: (ms) => new Promise((resolve) => scheduler.after(ms, () => this.#resume(resolve))),
    }
  }

  /** Makes a call: its effect comes after a while, and then nothing else runs until the caller waits again. */
  call<T>(call: Call<T>): Promise<T> {
    const index = ++this.#calls
    return new Promise((resolve, reject) => {
      this.#surroundings.scheduler.after(this.#latencyMs(index), () =>
        this.#resume(() => this.#perform(index, call, resolve, reject)),
      )
    })
  }

  /** Time that a call takes, whatever becomes of the process. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#surroundings.scheduler.after(ms, resolve))
  }

  /** Something that happens after a while, whatever becomes of the process; a run does not end before. */
  afterwards(ms: number, happen: () => unknown): void {
    const surroundings = this.#surroundings
    surroundings.start(async () => {
      await surroundings.scheduler.sleep(ms)
      await happen()
    })
  }

  /** No call that is still on its way takes effect any more. */
  end(): void {
    this.#isGone = true
  }

  #perform<T>(index: number, call: Call<T>, resolve: (value: T) => void, reject: (error: unknown) => void): void {
    const { scheduler, faults, outages, trace, coverage } = this.#surroundings
    const point = `${this.name} #${index}`
    const fault = outages.hasOutage(call.services) ? 'outage' : faults.at(point, call.allowed)
    if (fault) coverage.count(fault)
    trace.record(point, fault, call)
    const answer = (value: Promise<T>) => value.then((result) => this.#resume(() => resolve(result)), reject)
    const later = (what: number, { min, max }: { min: number; max: number }) =>
      this.#draws.integer(min, max, index, what)
    const giveUp = () =>
      scheduler.after(later(callerTimeout, answerTimeoutMs), () =>
        this.#resume(() => attempt(() => resolve(call.withoutAnswer()), reject)),
      )
    const otherEffect = fault && call.otherEffects?.[fault]
    if (otherEffect) {
      answer(otherEffect((what) => this.#draws.number(index, others + what)))
      return
    }
    switch (fault) {
      case undefined:
        answer(call.effect())
        return
      case 'crash before':
        this.#die()
        return
      case 'crash after':
        call.effect().then(
          () => this.#die(),
          () => this.#die(),
        )
        return
      case 'request lost':
      case 'outage':
        giveUp()
        return
      case 'answer lost':
        call.effect().then(giveUp, giveUp)
        return
      case 'late effect':
        giveUp()
        this.afterwards(answerTimeoutMs.max + later(lateness, lateMs), () => {
          trace.note(point, 'takes effect at last')
          return call.effect().catch(() => undefined)
        })
        return
      case 'slow answer':
        call
          .effect()
          .then((result) => scheduler.after(later(lateness, slowMs), () => this.#resume(() => resolve(result))), reject)
        return
      case 'sent twice':
        answer(call.effect().then(() => call.effect()))
        return
      default:
        attempt(() => resolve((call.refusal ?? call.withoutAnswer)(fault)), reject)
    }
  }

  #resume(go: () => void): void {
    if (this.#isGone) return
    if (this.#surroundings.scheduler.nowMs > this.#deadlineMs) this.#die()
    else go()
  }

  #die(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#surroundings.trace.note(this.name, 'dies')
    this.#onCrash()
  }

  #latencyMs(index: number): number {
    const { latencyMsMax } = this.#surroundings
    const drawn = this.#draws.number(index, latency)
    const isSlow = this.#draws.number(index, slowness) < 1 / 30
    return drawn * latencyMsMax * (isSlow ? 20 : 1)
  }
}

/** Which number is drawn for a call. */
const [latency, slowness, callerTimeout, lateness, random, skew, others] = [0, 1, 2, 3, 4, 5, 10]

function attempt(go: () => void, reject: (error: unknown) => void): void {
  try {
    go()
  } catch (error) {
    reject(error)
  }
}

export function errorNamed(name: string): Error {
  return Object.assign(new Error(name), { name })
}
