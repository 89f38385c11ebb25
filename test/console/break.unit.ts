import { FaultRule } from 'embedded-aws/faults'
import { describe, expect, it } from 'vitest'
import { faultOf, otherFaults, presets, ruleWords, strikes } from '../../console/break/presets.ts'
import { emptyDraft, kinds, ruleOfDraft } from '../../console/break/rule-draft.ts'

const faultsOf = (rule: (typeof FaultRule.options)[number]) =>
  rule.shape.fault.options.map((fault) => fault.shape.do.value as string)

describe('a switch', () => {
  it.each(presets.map((preset) => [preset.title, preset] as const))(
    '%s sets a rule that the stack takes',
    (_title, { rule, hasChance }) => {
      expect(FaultRule.safeParse({ ...rule, ...(hasChance && { probability: 0.5 }) }).error).toBeUndefined()
    },
  )

  it('is on while its rule is there; the rules of others are listed beside', () => {
    const [preset] = presets
    const counted = { probability: 1, matched: 40, fired: 3 }
    const other = { name: 'mine', at: 'call', where: { key: ['a', 'b'] }, fault: { do: 'hold' }, ...counted } as const
    const faults = presets.slice(0, 1).map(({ rule }) => ({ ...rule, ...counted }))
    expect(preset && faultOf(preset, [other, ...faults] as never)).toMatchObject({ fired: 3 })
    expect(otherFaults([other, ...faults] as never)).toEqual([other])
    expect([strikes(counted), strikes({ matched: 0, fired: 0 })]).toEqual(['struck 3 of 40', 'nothing met it yet'])
    expect(ruleWords(other as never)).toBe('call a b: hold')
  })
})

describe('a rule of your own', () => {
  it.each(FaultRule.options.map((rule) => [rule.shape.at.value, rule] as const))(
    'at a %s may do all that the stack can',
    (at, rule) => {
      expect([...kinds[at].does].toSorted()).toEqual(faultsOf(rule).toSorted())
    },
  )

  it('is sent as it is typed, without what was left empty', () => {
    const draft = {
      ...emptyDraft,
      name: ' slow ',
      service: 'dynamodb',
      host: 'of another kind',
      does: 'delay',
      details: '{"ms": 500}',
    }
    expect(ruleOfDraft(draft)).toEqual({
      name: 'slow',
      at: 'call',
      where: { service: 'dynamodb' },
      fault: { do: 'delay', ms: 500 },
    })
  })

  it.each(['{', '[]', '1', 'null'])('with the details %j is not sent', (details) => {
    expect(ruleOfDraft({ ...emptyDraft, details })).toBeUndefined()
  })
})
