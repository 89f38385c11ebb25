import { phasesOf, pivotOf, undoOrder } from '../../sagas/phases.ts'
import type { Saga, SagaStep } from '../../sagas/saga.ts'

/** A saga as a Mermaid flowchart: its tasks, its compensation, and where it is parked. */
export function sagaFlowchart(saga: Saga): string {
  const { steps } = saga
  const pivot = pivotOf(saga)
  const undos = undoOrder(saga)
  const node = ({ name }: SagaStep) => `do_${id(name)}`
  const undo = ({ name }: SagaStep) => `undo_${id(name)}`
  const wait = ({ name }: SagaStep) => `wait_${id(name)}`
  const upToPivot = steps.slice(0, steps.indexOf(pivot) + 1)
  const fromPivot = steps.slice(steps.indexOf(pivot))
  const tasks = phasesOf(saga, 'phases').map(({ steps: stepsOfTask, awaits }, index) => [
    `  subgraph task${index + 1} ["task ${index + 1}"]`,
    ...stepsOfTask.map((step) => `    ${node(step)}${box(step)}`),
    ...(awaits ? [`    ${wait(awaits)}[/"wait for ${awaits.name}"/]`] : []),
    '  end',
  ])
  const doNodes = steps.flatMap((step) => (step.callback ? [wait(step), node(step)] : [node(step)]))
  return [
    'flowchart LR',
    ...tasks.flat(),
    ...undos.map((step) => `  ${undo(step)}["undo ${step.name}"]`),
    `  start([start]) --> ${doNodes.join(' --> ')} --> completed([completed])`,
    `  ${upToPivot.map(node).join(' & ')} -. fails .-> resolve{"resolve pivot ${pivot.name}"}`,
    `  resolve -- "not committed" --> ${[...undos.map(undo), 'compensated([compensated])'].join(' --> ')}`,
    `  resolve -- "committed or unknown" --> ${node(pivot)}`,
    `  ${['resolve', ...undos.map(undo)].join(' & ')} -. "keeps failing" .-> parkedUndo[/"parked: compensation"/]`,
    `  ${fromPivot.map(node).join(' & ')} -. "keeps failing" .-> parkedDo[/"parked: completion"/]`,
    '  parkedUndo -- resumed --> resolve',
    `  parkedDo -- resumed --> ${node(pivot)}`,
    `  classDef pivot stroke-width:3px`,
    `  class ${node(pivot)} pivot`,
  ].join('\n')
}

function box({ name, kind }: SagaStep): string {
  return kind === 'pivot' ? `{{"${name} (pivot)"}}` : `["${name}"]`
}

/** Mermaid does not parse some node names with hyphens. */
const id = (name: string) => name.replaceAll('-', '_')
