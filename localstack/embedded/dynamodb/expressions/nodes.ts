/** A document path such as `a.#b[3]`: names and placeholders as they are written, indexes as numbers. */
export interface PathNode {
  kind: 'path'
  elements: (string | number)[]
  /** Where it stands in the expression. */
  start: number
  end: number
}

export interface ValueNode {
  kind: 'value'
  /** The placeholder, with its colon. */
  name: string
}

export interface CallNode {
  kind: 'call'
  name: string
  args: Operand[]
  start: number
  end: number
}

export type Operand = PathNode | ValueNode | CallNode

export const comparators = ['=', '<>', '<', '<=', '>', '>='] as const
export type Comparator = (typeof comparators)[number]

export type Condition =
  | { kind: 'and' | 'or'; left: Condition; right: Condition }
  | { kind: 'not'; operand: Condition }
  | { kind: 'compare'; operator: Comparator; left: Operand; right: Operand }
  | { kind: 'between'; operand: Operand; lower: Operand; upper: Operand }
  | { kind: 'in'; operand: Operand; members: Operand[] }
  | CallNode

export type SetValue = Operand | { kind: 'arithmetic'; operator: '+' | '-'; left: Operand; right: Operand }

export type ClauseName = 'SET' | 'REMOVE' | 'ADD' | 'DELETE'

/** One action of a clause; REMOVE has no value. */
export interface UpdateAction {
  path: PathNode
  value?: SetValue
}

export interface Clause {
  name: ClauseName
  actions: UpdateAction[]
}

export type Expression =
  | { kind: 'condition'; root: Condition }
  | { kind: 'update'; clauses: Clause[] }
  | { kind: 'projection'; paths: PathNode[] }

/** The parts of a condition or operand, in the order in which they are written. */
export function partsOf(node: Condition | SetValue): (Condition | SetValue)[] {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return [node.left, node.right]
    case 'not':
      return [node.operand]
    case 'between':
      return [node.operand, node.lower, node.upper]
    case 'in':
      return [node.operand, ...node.members]
    case 'call':
      return node.args
    default:
      return []
  }
}

/** All conditions and operands of an expression, each before its parts. */
export function* nodesOf(expression: Expression): Generator<Condition | SetValue> {
  const waiting: (Condition | SetValue)[] = [...rootsOf(expression)].reverse()
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node
    const parts = partsOf(node)
    for (let index = parts.length - 1; index >= 0; index--) waiting.push(parts[index] as Condition | SetValue)
  }
}

export function rootsOf(expression: Expression): (Condition | SetValue)[] {
  if (expression.kind === 'condition') return [expression.root]
  if (expression.kind === 'projection') return expression.paths
  return expression.clauses
    .flatMap(({ actions }) => actions)
    .flatMap(({ path, value }) => (value === undefined ? [path] : [path, value]))
}
