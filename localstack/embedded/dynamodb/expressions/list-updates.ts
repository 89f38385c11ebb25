import { AwsError } from '../../aws-error.ts'
import { type Edit, edited, writePath } from './edits.ts'
import type { ClauseName, PathNode } from './nodes.ts'
import type { Parsed } from './parse.ts'
import { type AttributeValue, type Placeholders, resolvePath } from './placeholders.ts'

/** An item as DynamoDB JSON. */
type Item = Readonly<Record<string, AttributeValue>>

/** An index that no list reaches: what is removed there is removed from nowhere. */
const nowhere = 2 ** 31 - 1

/** A placeholder and name of an attribute that no item has: a path below it is invalid in every item. */
const missing = { placeholder: '#embedded_no_such_attribute', name: 'embedded: no such attribute' }

/**
 * An update whose REMOVE paths stand in an order in which one after the other removes what DynamoDB removes at once: of one list, the
 * highest index first. The text as it is when it is in such an order already.
 */
export function orderRemovals({ text, expression }: Parsed, given: Placeholders): string {
  const removals = actionsOf(expression, 'REMOVE')
  if (removals.filter(hasIndex).length < 2) return text
  const slots = removals.map((path) => ({ path, resolved: resolvePath(path, given) }))
  const sorted = slots.toSorted((a, b) => compareDescending(a.resolved, b.resolved))
  if (sorted.every((one, position) => one === slots[position])) return text
  const edits = slots.map(({ path: { start, end } }, position): Edit => {
    const { path } = sorted[position] ?? { path: { elements: [] } }
    return { start, end, text: writePath(path.elements) }
  })
  return edited(text, edits)
}

/** Whether it depends on the item where in a list the update writes: an index beyond the end appends. */
export function writesIntoList({ expression }: Parsed): boolean {
  return [...actionsOf(expression, 'SET'), ...actionsOf(expression, 'ADD')].some(hasIndex)
}

/**
 * The update as it is to be carried out on exactly this item: what is written beyond the end of a list is written at its end, in the order
 * of the indexes, as DynamoDB does. Returns the names that it needs in addition.
 */
export function resolveListIndexes(
  { text, expression }: Parsed,
  given: Placeholders,
  item: Item | undefined,
): { text: string; names: Record<string, string> } {
  const removals = actionsOf(expression, 'REMOVE').filter(hasIndex)
  const additions = actionsOf(expression, 'ADD').filter(hasIndex)
  if (removals.length > 0 && [...additions, ...actionsOf(expression, 'DELETE').filter(hasIndex)].length > 0) {
    throw new AwsError(
      'NotImplemented',
      'The embedded stack does not support ADD or DELETE on an element of a list together with REMOVE of one in a single update: send two updates.',
      501,
    )
  }
  const edits: Edit[] = []
  const appended = new Map<string, { path: PathNode; index: number; length: number }[]>()
  let invalid = false
  for (const path of [...actionsOf(expression, 'SET').filter(hasIndex), ...additions]) {
    const beyond = firstIndexBeyond(resolvePath(path, given), item)
    if (!beyond) continue
    if (beyond.position < path.elements.length - 1) {
      invalid = true
      edits.push({ start: path.start, end: path.end, text: `${missing.placeholder}.${missing.placeholder}` })
      continue
    }
    const list = JSON.stringify(resolvePath(path, given).slice(0, -1))
    appended.set(list, [...(appended.get(list) ?? []), { path, index: beyond.index, length: beyond.length }])
  }
  for (const paths of appended.values()) {
    for (const [rank, { path, length }] of paths.toSorted((a, b) => a.index - b.index).entries()) {
      edits.push({ ...path, text: writePath([...path.elements.slice(0, -1), length + rank]) })
    }
  }
  for (const path of removals) {
    const beyond = firstIndexBeyond(resolvePath(path, given), item)
    if (beyond) edits.push({ ...path, text: writePath(path.elements.with(beyond.position, nowhere)) })
  }
  return { text: edited(text, edits), names: invalid ? { [missing.placeholder]: missing.name } : {} }
}

/** The first index of the path that lies beyond the end of its list in the item. */
function firstIndexBeyond(
  elements: readonly (string | number)[],
  item: Item | undefined,
): { position: number; index: number; length: number } | undefined {
  let value: AttributeValue | undefined = { M: item ?? {} }
  for (const [position, element] of elements.entries()) {
    if (typeof element === 'number') {
      const list = value?.L as AttributeValue[] | undefined
      // What is no list is refused by the engine.
      if (!Array.isArray(list)) return undefined
      if (element >= list.length) return { position, index: element, length: list.length }
      value = list[element]
    } else {
      const map = value?.M as Record<string, AttributeValue> | undefined
      value = map && Object.hasOwn(map, element) ? map[element] : undefined
    }
  }
  return undefined
}

function actionsOf(expression: Parsed['expression'], clause: ClauseName): PathNode[] {
  if (expression.kind !== 'update') return []
  return expression.clauses
    .filter(({ name }) => name === clause)
    .flatMap(({ actions }) => actions.map(({ path }) => path))
}

function hasIndex({ elements }: PathNode): boolean {
  return elements.some((element) => typeof element === 'number')
}

/** A total order in which a higher index of the same list comes first. */
function compareDescending(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const position = a.findIndex((element, index) => element !== b[index])
  const one = a[position]
  const two = b[position]
  if (one === undefined || two === undefined) return 0
  if (typeof one === 'number' && typeof two === 'number') return two - one
  return String(one) < String(two) ? -1 : 1
}
