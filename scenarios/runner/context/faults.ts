import { type CountedRule, FaultRule, type FaultRuleInput } from '../../../localstack/embedded/faults/rule.ts'

/** Faults at the edge of a running embedded stack. */
export interface Faults {
  /** Throws for a rule that is none, or whose name is taken. */
  set(rule: FaultRuleInput): Promise<void>
  /** How often the rule has struck by now. */
  struck(name: string): Promise<number>
  /** Takes the rule away, lets go of what it held, and answers what came of it. */
  lift(name: string): Promise<CountedRule>
  /** Takes all away that were set here and are still there. */
  liftAll(): Promise<CountedRule[]>
  /**
   * The stack was killed, and the rules with it: answers the one that killed it. Throws when others were set, of which nobody knows
   * what they struck.
   */
  died(): CountedRule
}

/** By `/_steadfast/faults` of the stack at this edge. */
export function faultsAt(edgeUrl: string): Faults {
  const standing = new Map<string, FaultRuleInput>()
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetch(`${edgeUrl}/_steadfast/faults${path}`, init)
    const answer = (await response.json()) as { error?: string }
    if (!response.ok) throw new Error(`the fault was refused: ${answer.error}`)
    return answer
  }
  async function lift(name: string): Promise<CountedRule> {
    standing.delete(name)
    return (await ask('DELETE', `/${name}`)) as CountedRule
  }
  return {
    async set(rule) {
      await ask('POST', '', rule)
      standing.set(rule.name, rule)
    },
    async struck(name) {
      return ((await ask('GET', `/${name}`)) as CountedRule).fired
    },
    lift,
    async liftAll() {
      const lifted: CountedRule[] = []
      for (const name of [...standing.keys()]) lifted.push(await lift(name))
      return lifted
    },
    died() {
      const [killer, ...others] = [...standing.values()].map((rule) => FaultRule.parse(rule))
      standing.clear()
      if (killer?.fault.do !== 'kill' || killer.at === 'outgoing' || killer.fault.what !== 'stack' || others.length > 0)
        throw new Error(
          'of the faults that stood when the stack died, just one may have stood, and must have killed it',
        )
      return { ...killer, matched: killer.from, fired: 1 }
    },
  }
}
