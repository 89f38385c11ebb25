import { decode, type EngineAnswer } from './engine-client.ts'
import type { Expression, PathNode } from './expressions/nodes.ts'
import { parseExpression } from './expressions/parse.ts'
import { type AttributeValue, resolvePath } from './expressions/placeholders.ts'
import { record } from './touched-items.ts'

type Input = Record<string, unknown>
type Path = readonly (string | number)[]

/**
 * The answer to an update that asks for what it updated, with the elements of lists that it names in place of whole lists, which the engine
 * answers. Where elements were removed too, the others have moved, and the whole list is answered.
 */
export function withUpdatedElements(input: Input, answer: EngineAnswer): EngineAnswer {
  const { ReturnValues, UpdateExpression } = input
  if (typeof UpdateExpression !== 'string' || !String(ReturnValues).startsWith('UPDATED_')) return answer
  const { expression } = parseExpression('UpdateExpression', UpdateExpression)
  const removals = pathsOf(expression, ['REMOVE'])
  const paths = pathsOf(expression, ['SET', 'ADD', 'DELETE'])
  if (removals.some(hasIndex) || !paths.some(hasIndex)) return answer
  const value = decode(answer)
  const names = record(input.ExpressionAttributeNames) as Record<string, string>
  const all = [...paths, ...removals].map((path) => resolvePath(path, { names, values: {} }))
  const Attributes = narrowed({ M: record(value.Attributes) }, all).M
  return { ...answer, body: Buffer.from(JSON.stringify({ ...value, Attributes })) }
}

/** The parts of a value that lie on the paths below it; all of it where a path ends. */
function narrowed(value: AttributeValue, paths: readonly Path[]): AttributeValue {
  if (paths.some((path) => path.length === 0)) return value
  const below = (element: string | number) => paths.filter(([first]) => first === element).map((path) => path.slice(1))
  if (Array.isArray(value.L)) {
    const members = (value.L as AttributeValue[]).map((member, index) => ({ member, rest: below(index) }))
    return { L: members.filter(({ rest }) => rest.length > 0).map(({ member, rest }) => narrowed(member, rest)) }
  }
  const members = Object.entries(record(value.M) as Record<string, AttributeValue>)
    .map(([name, member]) => ({ name, member, rest: below(name) }))
    .filter(({ rest }) => rest.length > 0)
  return { M: Object.fromEntries(members.map(({ name, member, rest }) => [name, narrowed(member, rest)])) }
}

function pathsOf(expression: Expression, clauses: readonly string[]): PathNode[] {
  if (expression.kind !== 'update') return []
  return expression.clauses
    .filter(({ name }) => clauses.includes(name))
    .flatMap(({ actions }) => actions.map(({ path }) => path))
}

function hasIndex({ elements }: PathNode): boolean {
  return elements.some((element) => typeof element === 'number')
}
