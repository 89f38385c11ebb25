import type { Draws } from './draws.ts'

/**
 * Everything that can go wrong:
 * - at any call: the process dies before or after its effect; request or answer is lost; the effect comes after the caller has
 *   given up; the answer is slow.
 * - at a call to the database: another transaction is in progress, or it throttles; the SDK sends a single write twice; plain reads see a
 *   transaction half applied.
 * - between outbox and subscribers: a stream record is missed, a batch is repeated; a queue loses a message, delivers it twice, to two
 *   functions at once, or after later ones; an event can't be applied.
 * - around a saga's function: it is throttled, or invoked twice; the execution is lost.
 * - around files and webhooks: an upload is announced twice or not at all; the verdict of a scan comes twice, too late, or after another
 *   one; a copy of an object is stored minutes after its caller gave up; an endpoint answers with an error.
 * - a service is down for minutes or hours.
 */
export const faultKinds = [
  'crash before',
  'crash after',
  'request lost',
  'answer lost',
  'late effect',
  'slow answer',
  'conflict',
  'throttled',
  'sent twice',
  'half applied',
  'partly accepted',
  'record missed',
  'batch repeated',
  'message lost',
  'delivered twice',
  'two copies at once',
  'out of order',
  'poison',
  'function throttled',
  'invoked twice',
  'execution lost',
  'upload not announced',
  'upload announced twice',
  'verdict repeated',
  'verdict late',
  'malware found later',
  'endpoint fails',
  'outage',
  'copy late',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** One fault of a run. `point` names a call, a delivery or a task, and is the same in every run of the seed that gets there. */
export interface PlannedFault {
  point: string
  fault: FaultKind
}

/** Where faults come from: drawn at every point, or listed. */
export type FaultPlan =
  | { faults: 'drawn'; draws: Draws; rate: number; kinds: ReadonlySet<FaultKind>; focus?: FaultKind | undefined }
  | { faults: 'listed'; list: readonly PlannedFault[] }

/** The rate of the fault that a run has more of than of others, at points that allow it. */
const focusRate = 0.3

/** Decides at each point whether a fault is injected, until faults stop. */
export class Faults {
  readonly injected: PlannedFault[] = []
  /** Every point that was reached before faults stopped, with the faults that it allows; kept only on request. */
  readonly reached: { point: string; allowed: readonly FaultKind[] }[] = []
  readonly #plan: FaultPlan
  readonly #listed: Map<string, FaultKind>
  readonly #keepsReached: boolean
  #haveStopped = false

  constructor(plan: FaultPlan, { keepsReached = false } = {}) {
    this.#plan = plan
    this.#listed = new Map(plan.faults === 'listed' ? plan.list.map(({ point, fault }) => [point, fault]) : [])
    this.#keepsReached = keepsReached
  }

  get haveStopped(): boolean {
    return this.#haveStopped
  }

  stop(): void {
    this.#haveStopped = true
  }

  /** The fault to inject at `point`: one of `allowed`, or none. At the seed's rate of faults, or at one made of it. */
  at(point: string, allowed: readonly FaultKind[], rate = (ofSeed: number) => ofSeed): FaultKind | undefined {
    if (this.#haveStopped) return undefined
    if (this.#keepsReached) this.reached.push({ point, allowed })
    const fault = this.#planned(point, allowed, rate)
    if (fault) this.injected.push({ point, fault })
    return fault
  }

  #planned(point: string, allowed: readonly FaultKind[], rate: (ofSeed: number) => number): FaultKind | undefined {
    const plan = this.#plan
    if (plan.faults === 'listed') {
      const fault = this.#listed.get(point)
      return fault && allowed.includes(fault) ? fault : undefined
    }
    const draws = plan.draws.of(point)
    if (plan.focus && allowed.includes(plan.focus) && draws.number(2) < focusRate) return plan.focus
    if (draws.number(0) >= rate(plan.rate)) return undefined
    const fault = draws.pick(allowed, 1)
    return plan.kinds.has(fault) ? fault : undefined
  }
}
