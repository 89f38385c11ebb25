import { html } from 'htm/preact'
import { useDirection } from '../shell/use-direction.ts'
import type { SagaDefinition, SagaRun } from '../wire-saga.ts'
import { type SagaGraph, sagaGraph } from './saga-graph.ts'
import { layoutSaga, type SagaLayout } from './saga-layout.ts'

/** A saga's definition as a graph, with this run drawn on it. The table below says the same in words. */
export function SagaPicture({ definition, run }: { definition: SagaDefinition; run: SagaRun }) {
  const direction = useDirection()
  const graph = sagaGraph(definition, run)
  const { width, height, nodes, edges } = layoutSaga(graph, direction)
  return html`
    <figure class=${`saga-graph is-${direction}`}>
      <svg viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${summaryOf(definition, graph)}>
        <defs>
          ${['plain', 'taken', 'undone'].map(
            (kind) => html`
              <marker key=${kind} id=${`tip-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                <path d="M1 1L7 4L1 7" class=${`tip is-${kind}`} />
              </marker>
            `,
          )}
        </defs>
        ${edges.map((edge) => html`<${Edge} key=${edge.id} edge=${edge} />`)}
        ${nodes.map((node) => html`<${Node} key=${node.id} node=${node} />`)}
      </svg>
    </figure>
  `
}

function Edge({ edge: { path, kind, isTaken } }: { edge: SagaLayout['edges'][number] }) {
  const tip = !isTaken ? 'plain' : kind === 'forward' ? 'taken' : 'undone'
  return html`<path d=${path} class=${`edge is-${kind} ${isTaken ? 'is-taken' : ''}`} marker-end=${`url(#tip-${tip})`} />`
}

const lineHeight = 18
const corner = 12

function Node({ node }: { node: SagaLayout['nodes'][number] }) {
  const { kind, title, words, tone, x, y, width, height } = node
  const middleX = x + width / 2
  const lines = [kind === 'pivot' ? `${title} · pivot` : title, words].filter((line) => line !== '')
  const firstY = y + height / 2 - ((lines.length - 1) * lineHeight) / 2
  return html`
    <g class=${`saga-node is-${kind} tone-${tone}`}>
      ${
        kind === 'pivot' || kind === 'resolve'
          ? html`<path class="shape" d=${hexagon(x, y, width, height)} />`
          : html`<rect class="shape" x=${x} y=${y} width=${width} height=${height} rx=${kind === 'start' || kind === 'end' ? height / 2 : 6} />`
      }
      ${lines.map((line, at) => html`<text key=${at} class=${at === 0 ? 'name' : 'words'} x=${middleX} y=${firstY + at * lineHeight}>${line}</text>`)}
    </g>
  `
}

const hexagon = (x: number, y: number, width: number, height: number) =>
  `M${x} ${y + height / 2}L${x + corner} ${y}H${x + width - corner}L${x + width} ${y + height / 2}L${x + width - corner} ${y + height}H${x + corner}Z`

/** The picture in words, for screen readers. */
function summaryOf({ title, steps }: SagaDefinition, { nodes }: SagaGraph): string {
  const stands = nodes.filter(({ words }) => words !== '').map(({ title, words }) => `${title} ${words}`)
  const names = steps.map(({ name, kind }) => (kind === 'pivot' ? `${name} (pivot)` : name))
  return `Saga ${title}: ${names.join(', ')}. ${stands.length > 0 ? `So far: ${stands.join('; ')}.` : 'Nothing yet.'}`
}
