import { setTimeout } from 'node:timers/promises'
import type { CountedRule, FaultRuleInput } from 'embedded-aws/faults'
import type { PlannedFault } from './chaos-plan.ts'

/** The fault rules at the edge of an embedded stack. */
export interface FaultRules {
  set(rule: FaultRuleInput): Promise<void>
  /** Removes the rule, releases what it holds, and returns it with the number of faults it injected. */
  remove(name: string): Promise<CountedRule>
}

/** Faults that are injected while a run is under way. */
export interface Chaos {
  /** Sets the rules that are due once this fraction of the run is done. */
  at(fraction: number): void
  /**
   * Removes the rules that are still set and returns every rule, in the order in which they were set. Rejects when
   * one could not be set or removed.
   */
  end(): Promise<CountedRule[]>
}

/** The faults of a run, as in its `--json` file. */
export interface ChaosSummary {
  seed: number
  /** How many faults were injected, in total. */
  struck: number
  faults: { name: string; at: string; where: object; fault: object; struck: number }[]
}

export function startChaos(plan: readonly PlannedFault[], rules: FaultRules): Chaos {
  const waiting = [...plan]
  const ended = new AbortController()
  const injections: Promise<CountedRule>[] = []

  async function inject({ rule, forMs }: PlannedFault): Promise<CountedRule> {
    await rules.set(rule)
    await sleepUnlessAborted(forMs, ended.signal)
    return rules.remove(rule.name)
  }

  return {
    at(fraction) {
      while (waiting[0] && waiting[0].fromFraction <= fraction) {
        const injection = inject(waiting.shift() as PlannedFault)
        // `end` reports the error; without this handler, Node would end the process before.
        injection.catch(() => {})
        injections.push(injection)
      }
    },
    async end() {
      waiting.length = 0
      ended.abort()
      const results = await Promise.allSettled(injections)
      for (const result of results) if (result.status === 'rejected') throw result.reason
      return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    },
  }
}

export function summarizeChaos(seed: number, rules: readonly CountedRule[]): ChaosSummary {
  return {
    seed,
    struck: rules.reduce((total, { fired }) => total + fired, 0),
    faults: rules.map(({ name, at, where, fault, fired }) => ({ name, at, where, fault, struck: fired })),
  }
}

/** One line per fault, with how many times it was injected. */
export function formatChaos({ seed, struck, faults }: ChaosSummary): string {
  const lines = faults.map(({ where, fault, struck: times }) => {
    const place = Object.values(where)
      .filter((pattern) => pattern !== '*')
      .join(' ')
      .replaceAll('*-', '')
    const { do: kind, ...parameters } = fault as { do: string }
    const details = Object.entries(parameters).map(([name, value]) => `${name} ${value}`)
    return `  ${String(times).padStart(4)}  ${kind} at ${place}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
  })
  return [`chaos ${seed}: ${faults.length} faults were set and injected ${struck} times`, ...lines].join('\n')
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {})
}
