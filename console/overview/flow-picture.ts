import { html } from 'htm/preact'
import { live } from '../live/connection.ts'
import { useDirection } from '../shell/use-direction.ts'
import type { Topology } from '../wire.ts'
import { type ArrowCount, arrowCount, nodeCount, replayCount } from './flow-counts.ts'
import { type Direction, type FlowEdge, type FlowNode, layoutFlow } from './flow-layout.ts'
import { flowSummary } from './flow-summary.ts'

/** The way of a request through everything, as it happens. */
export function FlowPicture({ topology }: { topology: Topology }) {
  const direction = useDirection()
  const { width, height, nodes, edges } = layoutFlow(topology, direction)
  const state = live.value
  const client = nodes.find(({ id }) => id === 'client')
  const api = nodes.find(({ id }) => id === 'api')
  return html`
    <figure class=${`flow is-${direction}`}>
      <svg viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${flowSummary(state)}>
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M1 1L7 4L1 7" class="arrowhead" />
          </marker>
        </defs>
        ${edges.map((edge) => html`<${Arrow} key=${edge.id} edge=${edge} count=${arrowCount(edge.id, state)} />`)}
        ${client && api && html`<${Replays} edge=${returnPath(client, api, direction)} count=${replayCount(state)} />`}
        ${nodes.map((node) => html`<${Node} key=${node.id} node=${node} />`)}
      </svg>
    </figure>
  `
}

function Arrow({ edge, count }: { edge: FlowEdge; count: ArrowCount }) {
  return html`
    <g class="arrow">
      <path d=${edge.path} class="line" marker-end="url(#arrow)" />
      <${Motion} path=${edge.path} count=${count} />
      <text x=${edge.at.x} y=${edge.at.y} text-anchor=${edge.at.anchor}>${count.text}</text>
    </g>
  `
}

/** What was answered before turns back at the door. */
function Replays({ edge, count }: { edge: FlowEdge; count: ArrowCount }) {
  if (count.text === '') return null
  return html`
    <g class="arrow is-repeat">
      <path d=${edge.path} class="line" marker-end="url(#arrow)" />
      <${Motion} path=${edge.path} count=${count} />
      <text x=${edge.at.x} y=${edge.at.y} text-anchor=${edge.at.anchor}>${count.text}</text>
    </g>
  `
}

/** A bead that passes along the arrow, or a stream of them. Drawn anew for each motion, which starts it again. */
function Motion({ path, count: { motion, turn } }: { path: string; count: ArrowCount }) {
  if (motion === 'none') return null
  return html`<path key=${`${motion} ${turn}`} d=${path} pathLength="100" class=${`bead is-${motion}`} />`
}

function Node({ node }: { node: FlowNode }) {
  const { id, kind, title, x, y, width, height } = node
  const count = nodeCount(id, live.value)
  const lines = kind === 'queue' ? [] : title
  const text = count?.text ?? ''
  const rows = lines.length + (text === '' ? 0 : 1)
  const firstY = y + height / 2 - ((rows - 1) * lineHeight) / 2
  const middleX = x + width / 2
  return html`
    <g class=${`node is-${kind} is-${count?.tone ?? 'plain'}`}>
      <rect x=${x} y=${y} width=${width} height=${height} rx=${kind === 'queue' ? height / 2 : 6} />
      ${lines.map(
        (line, at) => html`<text key=${line} class="name" x=${middleX} y=${firstY + at * lineHeight}>${line}</text>`,
      )}
      ${text !== '' && html`<text class="count" x=${middleX} y=${firstY + lines.length * lineHeight}>${text}</text>`}
    </g>
  `
}

const lineHeight = 17

/** The arrow from the API back to the client, around the arrows that go forward. */
function returnPath(client: FlowNode, api: FlowNode, direction: Direction): FlowEdge {
  if (direction === 'across') {
    const [x1, x2] = [api.x + api.width / 2, client.x + client.width / 2]
    const [y1, y2] = [api.y + api.height, client.y + client.height]
    const path = `M${x1} ${y1}C${x1} ${y1 + 44} ${x2} ${y1 + 44} ${x2} ${y2 + 2}`
    return { id: 'replays', path, at: { x: (x1 + x2) / 2, y: y1 + 52, anchor: 'middle' } }
  }
  const [x1, y1] = [api.x + api.width, api.y + api.height / 2]
  const [x2, y2] = [client.x + client.width, client.y + client.height / 2]
  const path = `M${x1} ${y1}C${x1 + 40} ${y1} ${x1 + 40} ${y2} ${x2 + 2} ${y2}`
  return { id: 'replays', path, at: { x: x1 + 34, y: (y1 + y2) / 2, anchor: 'start' } }
}
