import { AwsError } from '../../aws-error.ts'
import type { PathNode } from './nodes.ts'
import { type ExpressionMember, invalid, type Parsed } from './parse.ts'
import { ExpressionError } from './tokens.ts'

/** A value as DynamoDB JSON: its type's name and its content. */
export type AttributeValue = Record<string, unknown>

/** The names and values that a request gives for the placeholders of its expressions. */
export interface Placeholders {
  names: Readonly<Record<string, string>>
  values: Readonly<Record<string, AttributeValue>>
}

/** The path's elements with their real names. All placeholders must be defined. */
export function resolvePath({ elements }: PathNode, { names }: Placeholders): (string | number)[] {
  return elements.map((element) =>
    typeof element === 'string' && element.startsWith('#') ? (names[element] ?? element) : element,
  )
}

/** Refuses placeholders that an expression uses and the request does not define. */
export function checkDefined({ member, names, values }: Parsed, given: Placeholders): void {
  const name = names.find((one) => !Object.hasOwn(given.names, one))
  if (name !== undefined) {
    refuse(member, `An expression attribute name used in the document path is not defined; attribute name: ${name}`)
  }
  const value = values.find((one) => !Object.hasOwn(given.values, one))
  if (value !== undefined) {
    refuse(member, `An expression attribute value used in expression is not defined; attribute value: ${value}`)
  }
}

/** Refuses placeholders that no expression of the request uses. */
export function checkUsed(expressions: readonly Parsed[], given: Placeholders): void {
  const names = new Set(expressions.flatMap((one) => one.names))
  const values = new Set(expressions.flatMap((one) => one.values))
  checkNoneLeft('ExpressionAttributeNames', given.names, names)
  checkNoneLeft('ExpressionAttributeValues', given.values, values)
}

function checkNoneLeft(member: string, given: Readonly<Record<string, unknown>>, used: ReadonlySet<string>): void {
  const unused = Object.keys(given).filter((name) => !used.has(name))
  if (unused.length === 0) return
  throw new AwsError(
    'ValidationException',
    `Value provided in ${member} unused in expressions: keys: {${unused.join(', ')}}`,
  )
}

function refuse(member: ExpressionMember, message: string): never {
  throw invalid(member, new ExpressionError(message))
}
