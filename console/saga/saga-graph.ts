import type { Action, DefinitionStep, SagaDefinition, SagaRun } from '../wire-saga.ts'
import { isCompensating, type StepStatus, statusWords, stepStatus, type Tone, toneOf } from './step-status.ts'

/** A saga's definition as a graph, and a run drawn on it. The places are those of {@link ./saga-layout.ts}. */
export interface SagaGraph {
  nodes: GraphNode[]
  edges: GraphEdge[]
}

export interface GraphNode {
  id: string
  kind: 'start' | 'end' | 'do' | 'pivot' | 'undo' | 'resolve'
  /** The column of its step, from 0 for the start. */
  column: number
  /** What is done is on the first row, what undoes it below. */
  row: 0 | 1
  title: string
  /** Where it stands in this run; empty when it was not reached. */
  words: string
  tone: Tone
}

export interface GraphEdge {
  id: string
  from: string
  to: string
  /** `fails`: taken when a step up to the pivot fails. `committed`: taken when the pivot turns out to be committed nevertheless. */
  kind: 'forward' | 'undo' | 'fails' | 'committed'
  isTaken: boolean
}

const [start, completed, compensated, resolve] = ['start', 'completed', 'compensated', 'resolve']
const doId = (step: string) => `do ${step}`
const undoId = (step: string) => `undo ${step}`

/** The graph of a definition with what a run did of it. */
export function sagaGraph(definition: SagaDefinition, run: SagaRun): SagaGraph {
  const { steps } = definition
  const { state } = run.saga
  const pivotColumn = steps.findIndex(({ kind }) => kind === 'pivot') + 1
  const undos = steps.slice(0, pivotColumn - 1)
  const stepNode = (step: DefinitionStep, column: number, action: Action): GraphNode => {
    const status = stepStatus(run, step.name, action)
    const kind = action === 'undo' ? 'undo' : step.kind === 'pivot' ? 'pivot' : 'do'
    const title = action === 'undo' ? `undo ${step.name}` : step.name
    return { id: `${action} ${step.name}`, kind, column, row: action === 'do' ? 0 : 1, title, ...shown(status) }
  }
  const isUndoing = isCompensating(run)
  const nodes: GraphNode[] = [
    { id: start, kind: 'start', column: 0, row: 0, title: 'start', words: '', tone: 'done' },
    ...steps.map((step, at) => stepNode(step, at + 1, 'do')),
    endNode(completed, steps.length + 1, 0, state === completed ? 'done' : 'plain'),
    endNode(compensated, 0, 1, state === compensated ? 'undone' : 'plain'),
    ...undos.map((step, at) => stepNode(step, at + 1, 'undo')),
    {
      id: resolve,
      kind: 'resolve',
      column: pivotColumn,
      row: 1,
      title: 'committed?',
      words: isUndoing ? 'no: undo' : '',
      tone: isUndoing ? 'undone' : 'plain',
    },
  ]
  return { nodes, edges: edgesOf(steps, pivotColumn, nodes, run) }
}

const endNode = (id: string, column: number, row: 0 | 1, tone: Tone): GraphNode => ({
  id,
  kind: 'end',
  column,
  row,
  title: id,
  words: '',
  tone,
})

const shown = (status: StepStatus) => ({ words: statusWords(status), tone: toneOf[status.is] })

function edgesOf(
  steps: readonly DefinitionStep[],
  pivotColumn: number,
  nodes: readonly GraphNode[],
  run: SagaRun,
): GraphEdge[] {
  const isReached = (id: string) => nodes.find((node) => node.id === id)?.tone !== 'plain'
  const chain = (ids: readonly string[], kind: GraphEdge['kind']) =>
    ids.slice(1).map((to, at) => edge(ids[at] ?? '', to, kind, isReached(to)))
  const upToPivot = steps.slice(0, pivotColumn)
  const undone = upToPivot.slice(0, -1).toReversed()
  const pivot = upToPivot.at(-1)?.name ?? ''
  const failedAt = isCompensating(run) ? run.saga.steps.findLast(({ action }) => action === 'do')?.step : undefined
  return [
    ...chain([start, ...steps.map(({ name }) => doId(name)), completed], 'forward'),
    ...chain([resolve, ...undone.map(({ name }) => undoId(name)), compensated], 'undo'),
    ...upToPivot.map(({ name }) => edge(doId(name), resolve, 'fails', name === failedAt)),
    edge(resolve, doId(pivot), 'committed', false),
  ]
}

function edge(from: string, to: string, kind: GraphEdge['kind'], isTaken: boolean): GraphEdge {
  return { id: `${from} > ${to}`, from, to, kind, isTaken }
}
