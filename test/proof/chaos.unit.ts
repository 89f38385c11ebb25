import { describe, expect, it } from 'vitest'
import { type CountedRule, FaultRule, type FaultRuleInput } from '../../localstack/embedded/faults/rule.ts'
import { type FaultSetter, formatChaos, startChaos, summaryOf } from '../../proof/load/chaos.ts'
import { chaosPlan, type PlannedFault } from '../../proof/load/chaos-plan.ts'

const seeds = Array.from({ length: 300 }, (_, index) => index)

describe('the chaos of a seed', () => {
  it('is the same each time, and another for another seed', () => {
    expect(chaosPlan(7)).toEqual(chaosPlan(7))
    expect(chaosPlan(7)).not.toEqual(chaosPlan(8))
  })

  it('is made of faults that the edge takes, each bounded, in the order in which they begin', () => {
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

  it('meets tables, queues and functions in every run, and over many seeds all that can inject them', () => {
    const met = new Set<string>()
    for (const plan of seeds.map(chaosPlan)) {
      const where = plan.map(({ rule }) => (rule.at === 'call' ? rule.where.service : 'function'))
      expect(new Set(where)).toEqual(new Set(['dynamodb', 'sqs', 'states', 'ses', 'function']))
      for (const { rule } of plan) {
        const { do: does } = rule.fault
        met.add(does === 'kill' ? `kill ${rule.fault.moment}` : does)
      }
    }
    const kills = ['kill before', 'kill amid', 'kill after']
    const others = ['throttle', 'refuse', 'delay', 'time-out', 'lose-answer', 'overtaken', 'skew-clock']
    expect(met).toEqual(new Set([...kills, ...others, 'repeat', 'reverse', 'hold']))
  })
})

/** An edge that strikes each rule so often. */
function edge(strikes: number) {
  const log: string[] = []
  const standing = new Map<string, FaultRuleInput>()
  const faults: FaultSetter = {
    async set(rule) {
      if (rule.name === 'refused') throw new Error('there is a fault refused already')
      standing.set(rule.name, rule)
      log.push(`set ${rule.name}`)
    },
    async lift(name) {
      log.push(`lift ${name}`)
      const rule = FaultRule.parse(standing.get(name))
      standing.delete(name)
      return { ...rule, matched: strikes, fired: strikes } as CountedRule
    },
  }
  return { faults, log, standing }
}

const planned = (name: string, fromFraction: number, forMs = 60_000): PlannedFault => ({
  fromFraction,
  forMs,
  rule: { name, at: 'invocation', where: { function: '*-relay-outbox' }, fault: { do: 'kill', moment: 'amid', ms: 5 } },
})

describe('chaos while a run is under way', () => {
  it('sets each fault when so much of the run is done, lifts it when its time is over, and all when the run ends', async () => {
    const { faults, log, standing } = edge(2)
    const lifted = Promise.withResolvers<void>()
    const lift: FaultSetter['lift'] = async (name) => faults.lift(name).finally(lifted.resolve)
    const plan = [planned('short', 0, 1), planned('long', 0.2), planned('never', 0.8)]
    const chaos = startChaos(plan, { ...faults, lift })
    chaos.at(0)
    await lifted.promise
    chaos.at(0.1)
    expect(log).toEqual(['set short', 'lift short'])
    chaos.at(0.5)
    const rules = await chaos.end()
    expect(log).toEqual(['set short', 'lift short', 'set long', 'lift long'])
    expect(standing.size).toBe(0)
    expect(await chaos.end()).toEqual(rules)
    expect(summaryOf(7, rules)).toMatchObject({
      seed: 7,
      struck: 4,
      faults: [{ name: 'short', struck: 2 }, { name: 'long' }],
    })
    expect(formatChaos(summaryOf(7, rules)).split('\n')).toEqual([
      'chaos 7: 2 faults were set, and struck 4 times',
      ...Array(2).fill('     2  kill at relay-outbox (what function, moment amid, ms 5)'),
    ])
  })

  it('says at the end when a fault could not be set, and lifts the others', async () => {
    const { faults, standing } = edge(1)
    const chaos = startChaos([planned('refused', 0), planned('other', 0)], faults)
    chaos.at(1)
    await expect(chaos.end()).rejects.toThrow('there is a fault refused already')
    expect(standing.size).toBe(0)
  })
})
