import type { GraphEdge, GraphNode, SagaGraph } from './saga-graph.ts'

/** A saga's graph as it is drawn. Lengths are in units of the drawing. */
export interface SagaLayout {
  width: number
  height: number
  nodes: (GraphNode & Box)[]
  /** Each with an SVG path. */
  edges: (GraphEdge & { path: string })[]
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Laid out from left to right, or on a narrow page from top to bottom. */
export type Direction = 'across' | 'down'

const sizes = {
  across: { node: [132, 56], columnGap: 30, rowGap: 74, margin: 12 },
  down: { node: [138, 52], columnGap: 30, rowGap: 64, margin: 8 },
} as const

/**
 * Lays out a saga: steps in a line, each undo beside its step, so that one sees what undoes what. A saga is a line by its type; a layout
 * for any graph would not keep an undo beside its step.
 */
export function layoutSaga({ nodes, edges }: SagaGraph, direction: Direction): SagaLayout {
  const { node, columnGap, rowGap, margin } = sizes[direction]
  const [width, height] = node
  const isAcross = direction === 'across'
  const along = (isAcross ? width : height) + columnGap
  const beside = (isAcross ? height : width) + rowGap
  const placed = nodes.map((each) => {
    const [a, b] = [margin + each.column * along, margin + each.row * beside]
    return { ...each, width, height, ...(isAcross ? { x: a, y: b } : { x: b, y: a }) }
  })
  const byId = new Map(placed.map((each) => [each.id, each]))
  const draw = ({ from, to, kind }: GraphEdge): string => {
    const [a, b] = [byId.get(from), byId.get(to)]
    if (!a || !b) return ''
    const [p, q] = isAcross ? [a, b] : [turned(a), turned(b)]
    return pathOf(pointsOf(p, q, kind, rowGap), isAcross)
  }
  const columns = Math.max(...nodes.map(({ column }) => column)) + 1
  const [long, broad] = [2 * margin + columns * along - columnGap, 2 * margin + 2 * beside - rowGap]
  return {
    ...(isAcross ? { width: long, height: broad } : { width: broad, height: long }),
    nodes: placed,
    edges: edges.map((each) => ({ ...each, path: draw(each) })),
  }
}

type Point = readonly [along: number, beside: number]

/** Where the arrow to the pivot leaves from and arrives, away from the one that comes from it. */
const aside = 16

/** The corners of an arrow, as if the saga went from left to right. */
function pointsOf(from: Box, to: Box, kind: GraphEdge['kind'], rowGap: number): Point[] {
  const [x1, x2] = [from.x + from.width / 2, to.x + to.width / 2]
  const [y1, y2] = [from.y + from.height / 2, to.y + to.height / 2]
  switch (kind) {
    case 'forward':
      return [
        [from.x + from.width, y1],
        [to.x, y2],
      ]
    case 'undo':
      return [
        [from.x, y1],
        [to.x + to.width, y2],
      ]
    case 'fails': {
      // All of them meet on one line between the rows.
      const meet = from.y + from.height + rowGap / 2
      return [
        [x1 - aside, from.y + from.height],
        [x1 - aside, meet],
        [x2 - aside, meet],
        [x2 - aside, to.y],
      ]
    }
    case 'committed':
      return [
        [x1 + aside, from.y],
        [x2 + aside, to.y + to.height],
      ]
    default:
      return kind satisfies never
  }
}

const turned = ({ x, y, width, height }: Box): Box => ({ x: y, y: x, width: height, height: width })

function pathOf(points: readonly Point[], isAcross: boolean): string {
  return `M${points.map(([a, b]) => (isAcross ? `${a} ${b}` : `${b} ${a}`)).join('L')}`
}
