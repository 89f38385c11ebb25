import type { CountedRule, FaultRuleInput } from '../localstack/embedded/faults/rule.ts'

/** Faults at the edge of a running embedded stack. */
export interface Faults {
  /** Throws for a rule that is none, or whose name is taken. */
  set(rule: FaultRuleInput): Promise<void>
  /** Takes the rule away, lets go of what it held, and answers what came of it. */
  lift(name: string): Promise<CountedRule>
  /** Takes all away that were set here and are still there. */
  liftAll(): Promise<CountedRule[]>
}

/** By `/_steadfast/faults` of the stack at this edge. */
export function faultsAt(edgeUrl: string): Faults {
  const standing = new Set<string>()
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
      standing.add(rule.name)
    },
    lift,
    async liftAll() {
      const lifted: CountedRule[] = []
      for (const name of [...standing]) lifted.push(await lift(name))
      return lifted
    },
  }
}
