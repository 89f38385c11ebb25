import { AwsError } from '../../aws-error.ts'
import { checkUsage } from './check-usage.ts'
import { parseCondition } from './condition.ts'
import { type Expression, nodesOf } from './nodes.ts'
import { parseProjection } from './projection.ts'
import { ExpressionError } from './tokens.ts'
import { parseUpdate } from './update.ts'

/** The request's member that holds an expression. */
export type ExpressionMember =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'
  | 'UpdateExpression'

/** A parsed expression, which requests with the same text share. */
export interface Parsed {
  member: ExpressionMember
  text: string
  expression: Expression
  /** The placeholders that it uses. */
  names: readonly string[]
  values: readonly string[]
}

/** DynamoDB's limit of an expression, in bytes. */
const expressionBytesMax = 4096

/** An app has some hundred different expressions; each is at most 4 KB. */
const keptMax = 1_000

const kept = new Map<string, Parsed | ExpressionError>()

/** Parses an expression, each distinct text once. Throws `ValidationException` in DynamoDB's words for what is outside of the grammar. */
export function parseExpression(member: ExpressionMember, text: string): Parsed {
  const key = `${member} ${text}`
  let outcome = kept.get(key)
  if (outcome === undefined) {
    outcome = parse(member, text)
    if (text.length <= expressionBytesMax) kept.set(key, outcome)
    // A Map gives its keys in the order of their insertion: the first is the one that was used longest ago.
    if (kept.size > keptMax) kept.delete(kept.keys().next().value ?? '')
  } else if (kept.size > keptMax / 2) {
    kept.delete(key)
    kept.set(key, outcome)
  }
  if (outcome instanceof ExpressionError) throw invalid(member, outcome)
  return outcome
}

/** The refusal of an expression. */
export function invalid(member: ExpressionMember, { message }: ExpressionError): AwsError {
  return new AwsError('ValidationException', `Invalid ${member}: ${message}`)
}

function parse(member: ExpressionMember, text: string): Parsed | ExpressionError {
  try {
    if (text === '') throw new ExpressionError('The expression can not be empty;')
    const bytes = Buffer.byteLength(text)
    if (bytes > expressionBytesMax) {
      throw new ExpressionError(`Expression size has exceeded the maximum allowed size; expression size: ${bytes}`)
    }
    const expression = read(member, text)
    checkUsage(expression)
    return { member, text, expression, ...placeholders(expression) }
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
}

function read(member: ExpressionMember, text: string): Expression {
  if (member === 'UpdateExpression') return { kind: 'update', clauses: parseUpdate(text) }
  if (member === 'ProjectionExpression') return { kind: 'projection', paths: parseProjection(text) }
  return { kind: 'condition', root: parseCondition(text) }
}

function placeholders(expression: Expression): Pick<Parsed, 'names' | 'values'> {
  const names = new Set<string>()
  const values = new Set<string>()
  for (const node of nodesOf(expression)) {
    if (node.kind === 'value') values.add(node.name)
    if (node.kind !== 'path') continue
    for (const element of node.elements) {
      if (typeof element === 'string' && element.startsWith('#')) names.add(element)
    }
  }
  return { names: [...names], values: [...values] }
}
