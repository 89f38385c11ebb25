import { AwsError } from '../../aws-error.ts'
import { checkTypes } from './check-types.ts'
import { checkOverlaps } from './overlaps.ts'
import { type ExpressionMember, invalid, type Parsed, parseExpression } from './parse.ts'
import { type AttributeValue, checkDefined, checkUsed, type Placeholders, resolvePath } from './placeholders.ts'
import { ExpressionError } from './tokens.ts'

type Input = Readonly<Record<string, unknown>>

/** The expressions of one request, or of one part of a batch or transaction, all found valid. */
export interface CheckedExpressions {
  given: Placeholders
  of: Partial<Record<ExpressionMember, Parsed>>
}

/** Members of the older interface, which do not mix with expressions. */
const olderMembers = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
]

/**
 * Checks the expressions of a request, in the order given, with its names and values. Throws `ValidationException` in DynamoDB's words, or
 * `SerializationException` for what is not of the member's JSON type.
 */
export function checkExpressions(target: Input, members: readonly ExpressionMember[]): CheckedExpressions {
  const present = members.filter((member) => target[member] !== undefined && target[member] !== null)
  refuseMixed(target, present)
  const given = readPlaceholders(target, members, present)
  const of: CheckedExpressions['of'] = {}
  const all: Parsed[] = []
  for (const member of present) {
    const text = target[member]
    if (typeof text !== 'string') throw notOfType(text, 'String')
    const parsed = parseExpression(member, text)
    checkDefined(parsed, given)
    try {
      checkPaths(parsed, given)
      checkTypes(parsed.expression, given)
    } catch (error) {
      throw error instanceof ExpressionError ? invalid(member, error) : error
    }
    of[member] = parsed
    all.push(parsed)
  }
  if (all.length > 0) checkUsed(all, given)
  return { given, of }
}

function checkPaths({ expression }: Parsed, given: Placeholders): void {
  if (expression.kind === 'condition') return
  const paths =
    expression.kind === 'projection'
      ? expression.paths
      : expression.clauses.flatMap(({ actions }) => actions.map(({ path }) => path))
  if (paths.length > 1) checkOverlaps(paths.map((path) => resolvePath(path, given)))
}

function refuseMixed(target: Input, present: readonly ExpressionMember[]): void {
  if (present.length === 0) return
  const older = olderMembers.filter((member) => target[member] !== undefined && target[member] !== null)
  if (older.length === 0) return
  throw validation(
    `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${older.join(', ')}} Expression parameters: {${present.join(', ')}}`,
  )
}

function readPlaceholders(
  target: Input,
  members: readonly ExpressionMember[],
  present: readonly ExpressionMember[],
): Placeholders {
  const names = readMap(target, 'ExpressionAttributeNames', '#') as Record<string, string>
  const values = readMap(target, 'ExpressionAttributeValues', ':') as Record<string, AttributeValue>
  if (target.ExpressionAttributeNames && present.length === 0) {
    throw validation('ExpressionAttributeNames can only be specified when using expressions')
  }
  const users = members.filter((member) => member !== 'ProjectionExpression')
  if (target.ExpressionAttributeValues && users.length > 0 && !users.some((member) => present.includes(member))) {
    const are = users.length > 1 ? 'are' : 'is'
    throw validation(
      `ExpressionAttributeValues can only be specified when using expressions: ${users.join(' and ')} ${are} null`,
    )
  }
  for (const name of Object.values(names)) {
    if (typeof name !== 'string') throw notOfType(name, 'String')
  }
  for (const [placeholder, name] of Object.entries(names)) {
    if (name !== '') continue
    throw validation(`ExpressionAttributeNames contains invalid value: Empty attribute name for key ${placeholder}`)
  }
  for (const value of Object.values(values)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notOfType(value, 'AttributeValue')
  }
  return { names, values }
}

const placeholderChars = /^[#:][A-Za-z0-9_]+$/
const placeholderBytesMax = 255

function readMap(target: Input, member: string, sign: '#' | ':'): Record<string, unknown> {
  const map = target[member]
  if (map === undefined || map === null) return {}
  if (typeof map !== 'object' || Array.isArray(map)) throw notOfType(map, 'Map')
  const placeholders = Object.keys(map)
  if (placeholders.length === 0) throw validation(`${member} must not be empty`)
  for (const placeholder of placeholders) {
    if (placeholder.startsWith(sign) && placeholderChars.test(placeholder)) {
      if (placeholder.length <= placeholderBytesMax) continue
      throw validation(
        `${member} contains invalid key: The expression attribute map contains a key that is too long; size of key: ${placeholder.length}`,
      )
    }
    throw validation(`${member} contains invalid key: Syntax error; key: "${placeholder}"`)
  }
  return map as Record<string, unknown>
}

function validation(message: string): AwsError {
  return new AwsError('ValidationException', message)
}

/** What JSON has in place of a member's type. */
function notOfType(value: unknown, type: string): AwsError {
  const found = Array.isArray(value) ? 'START_ARRAY' : `${typeof value}`.toUpperCase().replace('OBJECT', 'START_OBJECT')
  return new AwsError('SerializationException', `${found} cannot be converted to ${type}`)
}
