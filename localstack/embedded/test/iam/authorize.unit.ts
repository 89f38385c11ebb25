import { describe, expect, it } from 'vitest'
import { authorize, checkStatements } from '../../iam/authorize.ts'
import type { ConditionContext, Conditions } from '../../iam/conditions.ts'
import type { PolicyStatement } from '../../ports.ts'

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Events'
const allow = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  effect: 'Allow',
  actions: ['dynamodb:PutItem'],
  resources: [table],
  ...more,
})
const decide = (
  statements: PolicyStatement[],
  action = 'dynamodb:PutItem',
  resource = table,
  context: ConditionContext = {},
) => authorize(statements, { action, resources: [resource], context })

describe('a role', () => {
  it('may take allowed actions on allowed resources, and nothing else', () => {
    expect(decide([allow()])).toBe('allowed')
    expect(decide([])).toBe('no-allow')
    expect(decide([allow()], 'dynamodb:DeleteItem')).toBe('no-allow')
    expect(decide([allow()], 'dynamodb:PutItem', `${table}2`)).toBe('no-allow')
    expect(decide([allow()], 'dynamodb:PutItem', table.slice(0, -1))).toBe('no-allow')
  })

  it('may take no denied action, even if another statement allows it', () => {
    const deny: PolicyStatement = { effect: 'Deny', actions: ['dynamodb:P*'], resources: ['*'] }
    expect(decide([allow(), deny, allow()])).toBe('explicit-deny')
    expect(decide([allow({ actions: ['*'] }), deny], 'dynamodb:GetItem')).toBe('allowed')
  })

  it.each([
    [{ actions: ['*'] }, 'allowed'],
    [{ actions: ['dynamodb:*'] }, 'allowed'],
    [{ actions: ['DYNAMODB:putitem'] }, 'allowed'],
    [{ actions: ['dynamodb:P?tItem'] }, 'allowed'],
    [{ actions: ['dynamodb:Put'] }, 'no-allow'],
    [{ actions: [], notActions: ['dynamodb:Delete*'] }, 'allowed'],
    [{ actions: [], notActions: ['dynamodb:Put*'] }, 'no-allow'],
    [{ resources: ['arn:aws:dynamodb:*:*:table/*'] }, 'allowed'],
    [{ resources: ['arn:aws:dynamodb:us-east-1:000000000000:table/EVENTS'] }, 'no-allow'],
    [{ resources: [`${table}/index/*`] }, 'no-allow'],
    [{ resources: [], notResources: ['arn:aws:s3:::*'] }, 'allowed'],
    [{ resources: [], notResources: [table] }, 'no-allow'],
  ] as [Partial<PolicyStatement>, string][])('with %j: %s', (more, decision) => {
    expect(decide([allow(more)])).toBe(decision)
  })
})

describe('a condition', () => {
  const holds = (conditions: Conditions, context: ConditionContext) =>
    decide([allow({ conditions })], undefined, undefined, context) === 'allowed'
  const keys = 'dynamodb:LeadingKeys'
  const leading = (...values: string[]) => ({ 'dynamodb:leadingkeys': values })

  it.each([
    [{ StringEquals: { 'dynamodb:Select': ['COUNT', 'ALL'] } }, { 'dynamodb:select': 'ALL' }, true],
    [{ StringEquals: { 'dynamodb:Select': 'COUNT' } }, { 'dynamodb:select': 'count' }, false],
    [{ StringEquals: { 'dynamodb:Select': 'COUNT' } }, {}, false],
    [{ StringEqualsIfExists: { 'dynamodb:Select': 'COUNT' } }, {}, true],
    [{ StringNotEquals: { 'dynamodb:Select': ['COUNT', 'ALL'] } }, { 'dynamodb:select': 'ALL' }, false],
    [{ StringNotEquals: { 'dynamodb:Select': 'COUNT' } }, {}, true],
    [{ StringLike: { 'aws:PrincipalArn': '*role/a?' } }, { 'aws:principalarn': 'x:role/ab' }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:*:role/b' } }, { 'aws:principalarn': 'arn:x:role/ab' }, false],
    [{ Bool: { 'aws:SecureTransport': false } }, { 'aws:securetransport': 'true' }, false],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:securetransport': 'false' }, true],
    [{ Null: { 'dynamodb:Select': 'true' } }, {}, true],
    [{ Null: { 'dynamodb:Select': 'true' } }, { 'dynamodb:select': 'x' }, false],
    [{ NumericLessThanEquals: { 's3:max-keys': 10 } }, { 's3:max-keys': '9' }, true],
    [{ 'ForAllValues:StringLike': { [keys]: ['TENANT#a#*'] } }, leading('TENANT#a#1', 'TENANT#a#2'), true],
    [{ 'ForAllValues:StringLike': { [keys]: ['TENANT#a#*'] } }, leading('TENANT#a#1', 'TENANT#b#2'), false],
    [{ 'ForAllValues:StringEquals': { [keys]: ['a'] } }, {}, true],
    [{ 'ForAnyValue:StringEquals': { [keys]: ['a'] } }, leading('b', 'a'), true],
    [{ 'ForAnyValue:StringEquals': { [keys]: ['a'] } }, {}, false],
    [
      { StringEquals: { 'dynamodb:Select': 'A' }, Bool: { 'aws:SecureTransport': 'true' } },
      { 'dynamodb:select': 'A' },
      false,
    ],
  ] as [Conditions, ConditionContext, boolean][])('%j with %j: %j', (conditions, context, expected) => {
    expect(holds(conditions, context)).toBe(expected)
  })

  it.each([
    [{ conditions: { IpAddress: { 'dynamodb:Select': '10.0.0.0/8' } } }, 'IpAddress'],
    [{ conditions: { StringEquals: { 'aws:SourceVpc': 'x' } } }, 'aws:SourceVpc'],
    [{ conditions: { Null: { 'dynamodb:Select': 'true' }, Nonsense: { 'dynamodb:Select': 'x' } } }, 'Nonsense'],
    [{ resources: ['arn:aws:s3:::home/$' + '{aws:username}/*'] }, 'aws:username'],
  ])('that cannot be evaluated (%j) stops the start, with its name in the error', (more, name) => {
    expect(() => checkStatements([allow(), allow(more)])).toThrow(name)
  })
})
