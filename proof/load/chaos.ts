import type { CountedRule, FaultRuleInput } from '../../localstack/embedded/faults/rule.ts'
import type { PlannedFault } from './chaos-plan.ts'

/** Where faults are set: the edge of an embedded stack. */
export interface FaultSetter {
  set(rule: FaultRuleInput): Promise<void>
  /** Takes it away, lets go of what it held, and answers what came of it. */
  lift(name: string): Promise<CountedRule>
}

/** Faults that come and go while a run is under way. */
export interface Chaos {
  /** So much of the run is done: what is due by then is set. */
  at(fraction: number): void
  /** Lifts what is still there, and answers what came of each, in the order of their setting. Rejects when one could not be set or lifted. */
  end(): Promise<CountedRule[]>
}

/** What a run says of its chaos, also in `--json`. */
export interface ChaosSummary {
  seed: number
  /** How often faults struck, all together. */
  struck: number
  faults: { name: string; at: string; where: object; fault: object; struck: number }[]
}

export function startChaos(plan: readonly PlannedFault[], faults: FaultSetter): Chaos {
  const waiting = [...plan]
  const ended = new AbortController()
  const under: Promise<CountedRule>[] = []

  async function play({ rule, forMs }: PlannedFault): Promise<CountedRule> {
    await faults.set(rule)
    await untilOver(forMs, ended.signal)
    return faults.lift(rule.name)
  }

  return {
    at(fraction) {
      while (waiting[0] && waiting[0].fromFraction <= fraction) {
        const played = play(waiting.shift() as PlannedFault)
        // Told by `end`; until then it is nobody's.
        played.catch(() => {})
        under.push(played)
      }
    },
    async end() {
      waiting.length = 0
      ended.abort()
      const results = await Promise.allSettled(under)
      for (const result of results) if (result.status === 'rejected') throw result.reason
      return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    },
  }
}

export function summaryOf(seed: number, rules: readonly CountedRule[]): ChaosSummary {
  return {
    seed,
    struck: rules.reduce((total, { fired }) => total + fired, 0),
    faults: rules.map(({ name, at, where, fault, fired }) => ({ name, at, where, fault, struck: fired })),
  }
}

/** For people: a line for each fault, and how often it struck. */
export function formatChaos({ seed, struck, faults }: ChaosSummary): string {
  const lines = faults.map(({ where, fault, struck: times }) => {
    const on = Object.values(where)
      .filter((pattern) => pattern !== '*')
      .join(' ')
      .replaceAll('*-', '')
    const { do: does, ...how } = fault as { do: string }
    const details = Object.entries(how).map(([name, value]) => `${name} ${value}`)
    return `  ${String(times).padStart(4)}  ${does} at ${on}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
  })
  return [`chaos ${seed}: ${faults.length} faults were set, and struck ${struck} times`, ...lines].join('\n')
}

async function untilOver(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((over) => {
    const timer = setTimeout(over, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      over()
    })
  })
}
