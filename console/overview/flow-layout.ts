import type { Topology } from '../wire.ts'

/** The picture of the flow: what stands where. Lengths are in units of the drawing. */
export interface FlowLayout {
  width: number
  height: number
  nodes: FlowNode[]
  edges: FlowEdge[]
}

export type NodeKind = 'client' | 'service' | 'store' | 'queue' | 'consumer' | 'saga' | 'outside'

export interface FlowNode {
  id: string
  kind: NodeKind
  /** A name of two words may be broken into two lines. */
  title: readonly string[]
  x: number
  y: number
  width: number
  height: number
}

export interface FlowEdge {
  id: string
  /** An SVG path. */
  path: string
  /** Where its count stands. */
  at: { x: number; y: number; anchor: 'start' | 'middle' | 'end' }
}

/** `beside`: in the same row as that node. */
type Draft = Pick<FlowNode, 'id' | 'kind'> & { name: string; beside?: string }

/** The subscriber that starts sagas, and the sagas that end outside. */
const starter = 'start-saga'
const outsideOf: Record<string, string> = { notification: 'mail', webhook: 'webhooks' }

/** Laid out from left to right, or on a narrow page from top to bottom. */
export type Direction = 'across' | 'down'

interface Sizes {
  node: Record<NodeKind, readonly [width: number, height: number]>
  /** Between layers, along the flow. */
  layerGap: number
  /** Between nodes of a layer. */
  nodeGap: number
  margin: readonly [x: number, y: number]
}

const sizes: Record<Direction, Sizes> = {
  across: {
    node: {
      client: [76, 52],
      service: [112, 64],
      store: [104, 64],
      queue: [64, 36],
      consumer: [136, 52],
      saga: [128, 52],
      outside: [92, 52],
    },
    layerGap: 66,
    nodeGap: 20,
    margin: [2, 18],
  },
  down: {
    node: {
      client: [120, 48],
      service: [150, 56],
      store: [150, 56],
      queue: [64, 36],
      consumer: [82, 64],
      saga: [82, 64],
      outside: [82, 48],
    },
    layerGap: 46,
    nodeGap: 8,
    margin: [10, 4],
  },
}

/** Lays out the flow of a deployment. */
export function layoutFlow(topology: Topology, direction: Direction): FlowLayout {
  const { node, layerGap, nodeGap, margin } = sizes[direction]
  const layers = layersOf(topology)
  const across = direction === 'across'
  const breadth = ({ kind }: Draft) => node[kind][across ? 1 : 0]
  const broadest = Math.max(...layers.map((layer) => sum(layer.map(breadth)) + nodeGap * (layer.length - 1)))
  const [marginX, marginY] = margin
  let along = across ? marginX : marginY
  /** The middle of each node, across the flow. */
  const middles = new Map<string, number>()
  const nodes: FlowNode[] = []
  for (const layer of layers) {
    for (const [at, { id, kind, name, beside }] of layer.entries()) {
      const [width, height] = node[kind]
      const ownRow = (across ? marginY : marginX) + ((at + 0.5) * broadest) / layer.length
      const middle = middles.get(beside ?? '') ?? ownRow
      middles.set(id, middle)
      const title = across ? [name] : name.split(/(?<=-)/)
      const place = across ? { x: along, y: middle - height / 2 } : { x: middle - width / 2, y: along }
      nodes.push({ id, kind, width, height, title, ...place })
    }
    along += Math.max(...layer.map(({ kind }) => node[kind][across ? 0 : 1])) + layerGap
  }
  const total = along - layerGap
  const byId = new Map(nodes.map((each) => [each.id, each]))
  return {
    width: across ? total + marginX : broadest + 2 * marginX,
    height: across ? broadest + 2 * marginY : total + marginY,
    nodes,
    edges: edgesOf(topology).flatMap(([from, to]) => {
      const [a, b] = [byId.get(from), byId.get(to)]
      return a && b ? [edgeBetween(a, b, direction)] : []
    }),
  }
}

function layersOf({ subscribers, sagas }: Topology): Draft[][] {
  const outside = sagas.flatMap((saga): Draft[] => {
    const name = outsideOf[saga]
    return name === undefined ? [] : [{ id: name, kind: 'outside', name, beside: `saga ${saga}` }]
  })
  const layers: Draft[][] = [
    [{ id: 'client', kind: 'client', name: 'Clients' }],
    [{ id: 'api', kind: 'service', name: 'API' }],
    [{ id: 'transaction', kind: 'store', name: 'Transaction' }],
    [{ id: 'outbox', kind: 'store', name: 'Outbox' }],
    subscribers.map(({ queue }) => ({ id: `queue ${queue}`, kind: 'queue', name: queue })),
    subscribers.map(({ queue, consumer }) => ({ id: `consumer ${queue}`, kind: 'consumer', name: consumer })),
    sagas.map((saga) => ({ id: `saga ${saga}`, kind: 'saga', name: saga })),
    outside,
  ]
  return layers.filter((layer) => layer.length > 0)
}

function edgesOf({ subscribers, sagas }: Topology): (readonly [from: string, to: string])[] {
  return [
    ['client', 'api'],
    ['api', 'transaction'],
    ['transaction', 'outbox'],
    ...subscribers.flatMap(({ queue }): [string, string][] => [
      ['outbox', `queue ${queue}`],
      [`queue ${queue}`, `consumer ${queue}`],
    ]),
    ...sagas.flatMap((saga): [string, string][] => [
      [`consumer ${starter}`, `saga ${saga}`],
      [`saga ${saga}`, outsideOf[saga] ?? 'nowhere'],
    ]),
  ]
}

/** Leaves at the end of one node and arrives at the beginning of the other, straight where they face each other. */
function edgeBetween(from: FlowNode, to: FlowNode, direction: Direction): FlowEdge {
  const id = `${from.id} > ${to.id}`
  if (direction === 'across') {
    const [x1, y1] = [from.x + from.width, from.y + from.height / 2]
    const [x2, y2] = [to.x, to.y + to.height / 2]
    const middle = (x1 + x2) / 2
    const path = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
    // Over a straight arrow's middle; where arrows fan out, over its end.
    if (y1 === y2) return { id, path, at: { x: middle - 3, y: y2 - 9, anchor: 'middle' } }
    return { id, path, at: { x: x2 - 10, y: y2 - 9, anchor: 'end' } }
  }
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height]
  const [x2, y2] = [to.x + to.width / 2, to.y]
  const middle = (y1 + y2) / 2
  const path = `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`
  return { id, path, at: { x: x2 + 7, y: y2 - 9, anchor: 'start' } }
}

const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0)
