import type { sagaFunctions } from '../../app/functions.ts'
import { memoryMbOf } from '../../infra/memory-sizes.ts'
import { compile } from '../../sagas/compile.ts'
import { type Shape, shapes } from '../../sagas/phases.ts'
import { longRetry, type RetryPolicy, shortRetry } from '../../sagas/retry.ts'
import { type Saga, type SagaStep, titleOf } from '../../sagas/saga.ts'
import { assumed } from '../cost/prices.ts'
import { type RunCost, type SagaCosts, sagaCosts } from '../cost/run-cost.ts'
import { sagaFlowchart } from './flowchart.ts'
import { generatedNotice, table } from './table.ts'

/** The page of a saga: its flowchart, its steps, and what a run costs in either shape. */
export function sagaPage(saga: Saga): string {
  const megabytes = memoryMbOf(`run-${saga.name}-step` as keyof typeof sagaFunctions)
  const costs = shapes.map((shape) => ({
    shape,
    costs: sagaCosts(compile(saga, { functionArn: 'arn', shape }), megabytes),
  }))
  return `${generatedNotice}

# Saga: ${titleOf(saga)}

[How sagas work](../sagas.md) · [what each failure leads to](outcomes.md)

\`\`\`mermaid
${sagaFlowchart(saga)}
\`\`\`

When a step fails before the pivot has committed, every step before the pivot is undone in reverse order, the attempted one included; a
step that was never attempted is closed by a tombstone. After the pivot the saga only goes forward. A saga that keeps failing is parked
until an operator resumes it.

${table(['step', 'kind', 'undo', 'waits for a callback', 'timeout', 'retry policy'], saga.steps.map(stepRow))}

The default is ${formatRetry(shortRetry)}, before the pivot has committed, and ${formatRetry(longRetry)}, after that.

## What a run costs

${table(['path', ...shapes.map((shape) => `\`${shape}\``)], costRows(costs))}

Counted in the compiled state machine: billed state transitions, Lambda invocations, and US dollars per million such runs at list price in
us-east-1. Only Step Functions and Lambda are included, not DynamoDB, SES and logs. A warm invocation of ${megabytes} MB on arm64 is assumed
to take ${assumed.msPerInvocation} ms plus ${assumed.msPerStep} ms per step.

- Success: every attempt succeeds.
- Compensated: the last task before the pivot commits fails permanently at its first attempt.
- Worst case: the most expensive path to an end or to parking, with every retry of every state used.

The states of the first two:

${costs.map(({ shape, costs: { success, compensated } }) => `- \`${shape}\`, success: ${statesOf(success)}\n- \`${shape}\`, compensated: ${statesOf(compensated)}`).join('\n')}
`
}

function stepRow({ name, kind, undo, timeoutSeconds, retry, callback }: SagaStep): string[] {
  const wait = callback ? `up to ${callback.timeoutSeconds} s` : ''
  return [name, kind, undo ? 'yes' : '', wait, `${timeoutSeconds} s`, retry ? formatRetry(retry) : 'default']
}

function formatRetry({ retriesMax, delaySecondsMax }: RetryPolicy): string {
  return `${retriesMax + 1} attempts, up to ${delaySecondsMax} s apart`
}

function costRows(costs: { shape: Shape; costs: SagaCosts }[]): string[][] {
  const paths = { success: 'success', compensated: 'compensated', worstCase: 'worst case' } as const
  return (Object.keys(paths) as (keyof typeof paths)[]).map((path) => [
    paths[path],
    ...costs.map((shape) => formatCost(shape.costs[path])),
  ])
}

function formatCost({ transitions, invocations, perMillionRuns }: RunCost): string {
  return `${count(transitions, 'transition')}, ${count(invocations, 'invocation')}, $${perMillionRuns.total.toFixed(2)}`
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}

const statesOf = ({ states }: RunCost) => states.map((name) => `\`${name}\``).join(' → ')
