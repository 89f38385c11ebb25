import { describe, expect, it } from 'vitest'
import type { ExpressionMember } from '../../dynamodb/expressions/parse.ts'
import { checkExpressions } from '../../dynamodb/expressions/request.ts'

const N = { N: '1' }
const S = { S: 'a' }
const values = (text: string, value: Record<string, unknown> = N) =>
  Object.fromEntries([...text.matchAll(/:\w+/g)].map(([name]) => [name, value]))

/** Checks one expression in which every value is the given one. */
function check(member: ExpressionMember, text: string, value?: Record<string, unknown>) {
  const given = values(text, value)
  return checkExpressions(
    { [member]: text, ...(Object.keys(given).length > 0 && { ExpressionAttributeValues: given }) },
    [member],
  )
}

describe('an expression', () => {
  it.each([
    'a = :a',
    '(a = :a) AND NOT (b < :b OR size(c) >= :c)',
    'a.b[3].c IN (:a, :b) and attribute_exists(d)',
    'a between :a and :b or begins_with(b, c)',
    '((a) = (:a))',
    'NOT NOT contains(a, :a)',
    'a=:a\r\n\tAND b<>:b',
  ])('of a condition is accepted: %s', (text) => {
    expect(check('ConditionExpression', text).of.ConditionExpression?.text).toBe(text)
  })

  it.each([
    'SET a = :a, b.c[0] = if_not_exists(b.c[0], :b) + :c REMOVE d, e[1] ADD f :d',
    'set a = a - :a remove b',
    'SET a = (b + :a), c = (:b)',
    'ADD a.b :a',
  ])('of an update is accepted: %s', (text) => {
    expect(check('UpdateExpression', text).of.UpdateExpression?.text).toBe(text)
  })

  it.each<[ExpressionMember, string, string]>([
    ['ConditionExpression', '', 'The expression can not be empty;'],
    ['ConditionExpression', 'a', 'Syntax error; token: "<EOF>", near: "a"'],
    ['ConditionExpression', 'a = = :a', 'Syntax error; token: "=", near: "= = :a"'],
    ['ConditionExpression', 'a = :a b', 'Syntax error; token: "b", near: ":a b"'],
    ['ConditionExpression', 'a = :é', 'Syntax error; token: ":", near: "= :é"'],
    ['ConditionExpression', '# = :a', 'Syntax error; token: "#", near: "# ="'],
    ['ConditionExpression', 'a[01] = :a', 'Syntax error; token: "1", near: "01]"'],
    ['ConditionExpression', 'a AND b = :a', 'Syntax error; token: "AND", near: "a AND b"'],
    ['ConditionExpression', '(a = :a', 'Syntax error; token: "<EOF>", near: ":a"'],
    ['ConditionExpression', '((a = :a))', 'The expression has redundant parentheses;'],
    [
      'ConditionExpression',
      `${'('.repeat(1_000)}a = :a${')'.repeat(1_000)}`,
      'The expression has redundant parentheses;',
    ],
    ['ConditionExpression', 'status = :a', 'Attribute name is a reserved keyword; reserved keyword: status'],
    ['ConditionExpression', 'exists(a)', 'Invalid function name; function: exists'],
    [
      'ConditionExpression',
      'size(a)',
      'The function is not allowed to be used this way in an expression; function: size',
    ],
    [
      'ConditionExpression',
      'attribute_exists(a) = :a',
      'The function is not allowed to be used this way in an expression; function: attribute_exists',
    ],
    [
      'ConditionExpression',
      'if_not_exists(a, :a)',
      'The function is not allowed in a condition expression; function: if_not_exists',
    ],
    [
      'ConditionExpression',
      'begins_with(a)',
      'Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1',
    ],
    [
      'ConditionExpression',
      'begins_with(a, :a)',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      'ConditionExpression',
      'a = a',
      'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]',
    ],
    [
      'ConditionExpression',
      'attribute_exists(:a)',
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'ConditionExpression',
      `a IN (${Array.from({ length: 101 }, () => ':a').join(', ')})`,
      'The IN operator is provided with too many operands; number of operands: 101',
    ],
    [
      'FilterExpression',
      Array.from({ length: 151 }, () => 'a = :a').join(' OR '),
      'The expression contains too many operators; operator count: 301',
    ],
    [
      'ProjectionExpression',
      Array.from({ length: 33 }, () => 'a').join('.'),
      'The document path has too many nesting levels; nesting levels: 33',
    ],
    ['ProjectionExpression', 'l[2147483648]', 'List index is not within the allowable range; index: [2147483648]'],
    [
      'ProjectionExpression',
      'a, a.b',
      'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]',
    ],
    [
      'UpdateExpression',
      'SET a[1] = :a REMOVE a.b',
      'Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [1]], path two: [a, b]',
    ],
    ['UpdateExpression', 'SET a = :a SET b = :b', 'The "SET" section can only be used once in an update expression;'],
    ['UpdateExpression', 'SET a = size(b)', 'The function is not allowed in an update expression; function: size'],
    [
      'UpdateExpression',
      'SET a = list_append(b, :a)',
      'Incorrect operand type for operator or function; operator or function: list_append, operand type: N',
    ],
    [
      'UpdateExpression',
      'DELETE a :a',
      'Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND',
    ],
  ])('that DynamoDB refuses is refused in its words: %s %s', (member, text, message) => {
    expect(() => check(member, text)).toThrow(
      expect.objectContaining({ code: 'ValidationException', status: 400, message: `Invalid ${member}: ${message}` }),
    )
  })

  it('has at most 4 KB', () => {
    expect(() => check('FilterExpression', `attribute_exists(${'a'.repeat(4_096)})`)).toThrow(
      'Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4114',
    )
  })

  it('has every name and value that it uses, and uses every one that it has', () => {
    const request = (more: Record<string, unknown>) => () =>
      checkExpressions({ ConditionExpression: '#a = :a', ...more }, ['ConditionExpression'])
    const names = { '#a': 'a' }
    expect(request({ ExpressionAttributeNames: names })).toThrow(
      'Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :a',
    )
    expect(request({ ExpressionAttributeValues: { ':a': S } })).toThrow(
      'Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #a',
    )
    expect(
      request({ ExpressionAttributeNames: { ...names, '#b': 'b' }, ExpressionAttributeValues: { ':a': S } }),
    ).toThrow('Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}')
    expect(request({ ExpressionAttributeNames: names, ExpressionAttributeValues: { ':a': S, ':é': S } })).toThrow(
      'ExpressionAttributeValues contains invalid key: Syntax error; key: ":é"',
    )
    expect(request({ ExpressionAttributeNames: {}, ExpressionAttributeValues: { ':a': S } })).toThrow(
      'ExpressionAttributeNames must not be empty',
    )
    expect(request({ Expected: {} })).toThrow(
      'Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
    )
  })

  it('compares numbers exactly when it compares bounds', () => {
    const between = (lower: string, upper: string) => () =>
      checkExpressions(
        {
          FilterExpression: 'a BETWEEN :l AND :u',
          ExpressionAttributeValues: { ':l': { N: lower }, ':u': { N: upper } },
        },
        ['FilterExpression'],
      )
    expect(between('12345678901234567890123456789012345678', '12345678901234567890123456789012345679')).not.toThrow()
    expect(between('12345678901234567890123456789012345679', '12345678901234567890123456789012345678')).toThrow(
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound',
    )
    expect(between('-1e3', '-0.5e-3')).not.toThrow()
    expect(between('10', '9.99')).toThrow('requires upper bound')
    expect(between('1.0', '1')).not.toThrow()
  })
})
