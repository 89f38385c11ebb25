import { describe, expect, it } from 'vitest'
import { explainRefusal } from '../../iam/authorize.ts'
import type { PolicyStatement } from '../../ports.ts'

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Orders'
const other = 'arn:aws:dynamodb:us-east-1:000000000000:table/Others'
const request = { action: 'dynamodb:PutItem', resources: [table], context: { 'dynamodb:leadingkeys': ['b'] } }
const allow = (
  actions: string[],
  resources: string[],
  conditions?: PolicyStatement['conditions'],
): PolicyStatement => ({
  effect: 'Allow',
  actions,
  resources,
  ...(conditions && { conditions }),
})

describe('a refusal', () => {
  it.each<[string, PolicyStatement[], string]>([
    [
      'the statement that denies it',
      [allow(['*'], ['*']), { ...allow(['dynamodb:Put*'], [table]), effect: 'Deny' }],
      `a statement denies it: "Deny dynamodb:Put* on ${table}"`,
    ],
    [
      'the statement that lacks the action',
      [allow(['dynamodb:GetItem'], [other]), allow(['dynamodb:GetItem'], [table])],
      `the statement "Allow dynamodb:GetItem on ${table}" lacks the action dynamodb:PutItem`,
    ],
    [
      'the statement that lacks the resource',
      [allow(['dynamodb:GetItem'], [table]), allow(['dynamodb:PutItem'], [other])],
      `the statement "Allow dynamodb:PutItem on ${other}" lacks the resource ${table}`,
    ],
    [
      'the statement whose condition does not hold',
      [allow(['dynamodb:PutItem'], [table], { StringEquals: { 'dynamodb:LeadingKeys': 'a' } })],
      `the statement "Allow dynamodb:PutItem on ${table}" allows it only under {"StringEquals":{"dynamodb:LeadingKeys":"a"}}; the call has {"dynamodb:leadingkeys":["b"]}`,
    ],
    ['that nothing comes near', [], `no statement names the action dynamodb:PutItem or the resource ${table}`],
  ])('names %s', (_, statements, expected) => {
    expect(explainRefusal(statements, request)).toBe(expected)
  })
})
