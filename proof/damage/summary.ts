import type { Damage, DamagedFact } from './scope-damage.ts'

/** The damage in numbers: the same words in text and JSON. */
export interface DamageSummary {
  events: number
  aggregates: number
  tenants: number
  /** When the first and the last of them were recorded: what is recent may not be over. */
  firstAt?: string
  lastAt?: string
  /** Events of which something still stands. */
  standing: number
  /** Events of which everything was corrected, or changed by others since. */
  corrected: number
  changedSince: number
  answersKept: number
  sagas: number
  mailsSent: number
  notices: number
  webhooksDelivered: number
  byActor: Record<string, number>
  byType: Record<string, number>
}

/** Whether the ticket still has the fact from the event. */
export function stands({ cause }: DamagedFact, seq: number): boolean {
  return cause.seq === seq
}

/** Whether what the ticket has now comes from a correction of the event. */
export function isCorrected({ cause }: DamagedFact, seq: number): boolean {
  return cause.type === 'ticket.corrected' && cause.data.corrects.seq === seq
}

/** Adds up damage as it is found. */
export class DamageCounter {
  readonly #tenants = new Set<string>()
  readonly #summary: DamageSummary = {
    events: 0,
    aggregates: 0,
    tenants: 0,
    standing: 0,
    corrected: 0,
    changedSince: 0,
    answersKept: 0,
    sagas: 0,
    mailsSent: 0,
    notices: 0,
    webhooksDelivered: 0,
    byActor: {},
    byType: {},
  }

  get summary(): DamageSummary {
    return { ...this.#summary, tenants: this.#tenants.size }
  }

  add({ tenant, events }: Damage): void {
    const sum = this.#summary
    this.#tenants.add(tenant)
    sum.aggregates++
    for (const { event, facts, answer, sagas } of events) {
      const { seq, recordedAt, actor, type } = event
      sum.events++
      if (!sum.firstAt || recordedAt < sum.firstAt) sum.firstAt = recordedAt
      if (!sum.lastAt || recordedAt > sum.lastAt) sum.lastAt = recordedAt
      if (facts.some((fact) => stands(fact, seq))) sum.standing++
      else if (facts.some((fact) => isCorrected(fact, seq))) sum.corrected++
      else if (facts.length > 0) sum.changedSince++
      if (answer) sum.answersKept++
      sum.sagas += sagas.length
      sum.mailsSent += sagas.filter(({ mail }) => mail === 'sent').length
      sum.notices += sagas.filter(({ notice }) => notice).length
      sum.webhooksDelivered += sagas.filter(({ webhook }) => webhook === 'delivered').length
      sum.byActor[actor] = (sum.byActor[actor] ?? 0) + 1
      sum.byType[type] = (sum.byType[type] ?? 0) + 1
    }
  }
}
