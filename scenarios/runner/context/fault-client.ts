import { type CountedRule, FaultRule, type FaultRuleInput } from 'embedded-aws/faults'
import { fetchWhole } from '../../../proof/fetch-whole.ts'

/** Fault rules at the edge of a running embedded stack. */
export interface FaultClient {
  /** Throws when the rule is invalid, or its name is in use. */
  set(rule: FaultRuleInput): Promise<void>
  /** How often the rule has fired so far. */
  firedCount(name: string): Promise<number>
  /** Removes the rule, releases what it held, and returns its counts. */
  remove(name: string): Promise<CountedRule>
  /** Lifts every rule that was set here and is still in force. */
  removeAll(): Promise<CountedRule[]>
  /**
   * Tells that the stack was killed, and its rules with it: returns the rule that killed it. Throws when other rules were in force,
   * as their counts are lost.
   */
  stackKilled(): CountedRule
}

/** Sets rules by `/_steadfast/faults` of the stack at this edge. */
export function faultClientAt(edgeUrl: string): FaultClient {
  const inForce = new Map<string, FaultRuleInput>()
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetchWhole(`${edgeUrl}/_steadfast/faults${path}`, init)
    const answer = (await response.json()) as { error?: string }
    if (!response.ok) throw new Error(`the edge refused the fault rule: ${answer.error}`)
    return answer
  }
  async function remove(name: string): Promise<CountedRule> {
    inForce.delete(name)
    return (await call('DELETE', `/${name}`)) as CountedRule
  }
  return {
    async set(rule) {
      await call('POST', '', rule)
      inForce.set(rule.name, rule)
    },
    async firedCount(name) {
      return ((await call('GET', `/${name}`)) as CountedRule).fired
    },
    remove,
    async removeAll() {
      const removed: CountedRule[] = []
      for (const name of [...inForce.keys()]) removed.push(await remove(name))
      return removed
    },
    stackKilled() {
      const [killer, ...others] = [...inForce.values()].map((rule) => FaultRule.parse(rule))
      inForce.clear()
      if (killer?.fault.do !== 'kill' || killer.at === 'outgoing' || killer.fault.what !== 'stack' || others.length > 0)
        throw new Error('the stack was killed while fault rules other than the one that kills it were in force')
      return { ...killer, matched: killer.from, fired: 1 }
    },
  }
}

/** The same, keeping in `removed` the counts of every rule once it is gone. Without an edge, setting a rule throws. */
export function recordingFaultClient(edgeUrl: string | undefined, removed: CountedRule[]): FaultClient {
  const faults = edgeUrl ? faultClientAt(edgeUrl) : undefined
  const required = () => {
    if (!faults) throw new Error('fault rules need the embedded stack (npm start)')
    return faults
  }
  return {
    set: (rule) => required().set(rule),
    firedCount: (name) => required().firedCount(name),
    async remove(name) {
      const rule = await required().remove(name)
      removed.push(rule)
      return rule
    },
    async removeAll() {
      const rules = (await faults?.removeAll()) ?? []
      removed.push(...rules)
      return rules
    },
    stackKilled() {
      const killer = required().stackKilled()
      removed.push(killer)
      return killer
    },
  }
}
