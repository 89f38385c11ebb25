import { type CountedRule, FaultRule, type FaultRuleInput } from 'embedded-aws/faults'
import { describe, expect, it } from 'vitest'
import { type FaultRules, formatChaos, startChaos, summarizeChaos } from '../../proof/load/chaos.ts'
import { chaosPlan, type PlannedFault } from '../../proof/load/chaos-plan.ts'

const seeds = Array.from({ length: 300 }, (_, index) => index)

describe('the chaos plan of a seed', () => {
  it('is the same every time and differs from that of another seed', () => {
    expect(chaosPlan(7)).toEqual(chaosPlan(7))
    expect(chaosPlan(7)).not.toEqual(chaosPlan(8))
  })

  it('contains fault rules that the edge accepts, each bounded, in the order in which they begin', () => {
    for (const plan of seeds.map(chaosPlan)) {
      const rules = plan.map(({ rule }) => FaultRule.parse(rule))
      expect(new Set(rules.map(({ name }) => name)).size).toBe(plan.length)
      expect(rules.every(({ times = Number.POSITIVE_INFINITY }) => times <= 6)).toBe(true)
      expect(plan.every(({ forMs, fromFraction }) => forMs <= 2_500 && fromFraction < 0.9)).toBe(true)
      expect(plan.map(({ fromFraction }) => fromFraction)).toEqual(
        plan.map(({ fromFraction }) => fromFraction).toSorted((a, b) => a - b),
      )
    }
  })

  it('targets tables, queues and functions in every run, and over many seeds injects every kind of fault', () => {
    const injected = new Set<string>()
    for (const plan of seeds.map(chaosPlan)) {
      const targets = plan.map(({ rule }) => (rule.at === 'call' ? rule.where.service : 'function'))
      expect(new Set(targets)).toEqual(new Set(['dynamodb', 'sqs', 'states', 'ses', 'function']))
      for (const { rule } of plan) {
        const { do: kind } = rule.fault
        injected.add(kind === 'kill' ? `kill ${rule.fault.moment}` : kind)
      }
    }
    const kills = ['kill before', 'kill amid', 'kill after']
    const otherFaults = [
      'throttle',
      'refuse',
      'delay',
      'time-out',
      'lose-answer',
      'half-applied',
      'overtaken',
      'skew-clock',
    ]
    expect(injected).toEqual(new Set([...kills, ...otherFaults, 'repeat', 'reverse', 'hold']))
  })
})

/** An edge that injects the fault of each rule this many times. */
function edge(times: number) {
  const log: string[] = []
  const current = new Map<string, FaultRuleInput>()
  const rules: FaultRules = {
    async set(rule) {
      if (rule.name === 'refused') throw new Error('there is a fault refused already')
      current.set(rule.name, rule)
      log.push(`set ${rule.name}`)
    },
    async remove(name) {
      log.push(`remove ${name}`)
      const rule = FaultRule.parse(current.get(name))
      current.delete(name)
      return { ...rule, matched: times, fired: times } as CountedRule
    },
  }
  return { rules, log, current }
}

const planned = (name: string, fromFraction: number, forMs = 60_000): PlannedFault => ({
  fromFraction,
  forMs,
  rule: { name, at: 'invocation', where: { function: '*-relay-outbox' }, fault: { do: 'kill', moment: 'amid', ms: 5 } },
})

describe('chaos during a run', () => {
  it('sets each rule when its fraction of the run is done, and removes it when its time is over or the run ends', async () => {
    const { rules, log, current } = edge(2)
    const removed = Promise.withResolvers<void>()
    const remove: FaultRules['remove'] = async (name) => rules.remove(name).finally(removed.resolve)
    const plan = [planned('short', 0, 1), planned('long', 0.2), planned('never', 0.8)]
    const chaos = startChaos(plan, { ...rules, remove })
    chaos.at(0)
    await removed.promise
    chaos.at(0.1)
    expect(log).toEqual(['set short', 'remove short'])
    chaos.at(0.5)
    const counted = await chaos.end()
    expect(log).toEqual(['set short', 'remove short', 'set long', 'remove long'])
    expect(current.size).toBe(0)
    expect(await chaos.end()).toEqual(counted)
    expect(summarizeChaos(7, counted)).toMatchObject({
      seed: 7,
      struck: 4,
      faults: [{ name: 'short', struck: 2 }, { name: 'long' }],
    })
    expect(formatChaos(summarizeChaos(7, counted)).split('\n')).toEqual([
      'chaos 7: 2 faults were set and injected 4 times',
      ...Array(2).fill('     2  kill at relay-outbox (what function, moment amid, ms 5)'),
    ])
  })

  it('reports at the end that a rule could not be set, and removes the others', async () => {
    const { rules, current } = edge(1)
    const chaos = startChaos([planned('refused', 0), planned('other', 0)], rules)
    chaos.at(1)
    await expect(chaos.end()).rejects.toThrow('there is a fault refused already')
    expect(current.size).toBe(0)
  })
})
