import { describe, expect, it } from 'vitest'
import { createEventRules } from '../event-rules.ts'

const ruleFor = (detail: object) => ({
  path: 'App/Orders',
  name: 'orders',
  arn: 'arn:aws:events:us-east-1:000000000000:rule/orders',
  pattern: JSON.stringify({ source: ['app.orders'], detail }),
  enabled: true,
  targets: [{ id: 't', arn: 'record' }],
})

describe('a rule', () => {
  it('sends an event to its targets when its pattern matches and it is enabled', () => {
    const invoked: unknown[] = []
    const invokeLater = (_: string, event: unknown) => void invoked.push(event)
    const wanted = { source: 'app.orders', detail: { shop: { name: 'north' } } }
    const other = { source: 'app.orders', detail: { shop: { name: 'south' } } }
    const rule = ruleFor({ shop: { name: ['north'] } })
    const putEvent = createEventRules({ rules: [rule, { ...rule, enabled: false }], invokeLater })
    for (const event of [wanted, other]) putEvent(event)
    expect(invoked).toEqual([wanted])
  })

  it('with an unsupported operator stops the start', () => {
    const rules = [ruleFor({ shop: { name: [{ wildcard: 'n*' }] } })]
    expect(() => createEventRules({ rules, invokeLater() {} })).toThrow('wildcard')
  })
})
