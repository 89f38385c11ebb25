import { memoryMb } from '../../infra/limits.ts'
import { compile } from '../../sagas/compile.ts'
import { type Shape, shapes } from '../../sagas/phases.ts'
import { type Saga, type SagaStep, titleOf } from '../../sagas/saga.ts'
import { assumed } from '../cost/prices.ts'
import { costsOf, type RunCost, type SagaCosts } from '../cost/run-cost.ts'
import { pictureOf } from './picture.ts'
import { generated, table } from './table.ts'

/** One saga for its readers: picture, steps, and what a run costs in either shape. */
export function sagaPage(saga: Saga): string {
  const costs = shapes.map((shape) => ({ shape, costs: costsOf(compile(saga, { functionArn: 'arn', shape })) }))
  return `${generated}

# Saga: ${titleOf(saga)}

[How sagas work](../sagas.md) · [what each failure leads to](outcomes.md)

\`\`\`mermaid
${pictureOf(saga)}
\`\`\`

Of what fails before the pivot everything is undone, the attempted step included, in reverse; a step that was never tried is closed
by a tombstone. After the pivot it goes forward only. What keeps failing waits for a person.

${table(['step', 'kind', 'undo', 'waits before', 'one attempt', 'tries of its own'], saga.steps.map(stepRow))}

## What a run costs

${table(['path', ...shapes.map((shape) => `\`${shape}\``)], costRows(costs))}

Counted in the compiled machine: billed state transitions, Lambda invocations, and US dollars for a million such runs at list price in
us-east-1 (Step Functions and Lambda; what DynamoDB, SES and logs cost is not in it). A warm invocation of ${memoryMb} MB on arm64 is
taken to last ${assumed.msPerInvocation} ms and ${assumed.msPerStep} ms for each step. Undone: the last step that can still be taken back fails at once, for good.
Longest: the longest way to an end, or to where a person is asked, with every retry of every state on it used.

${costs.map(({ shape, costs: { good, undone } }) => `- \`${shape}\`, good: ${way(good)}\n- \`${shape}\`, undone: ${way(undone)}`).join('\n')}
`
}

function stepRow({ name, kind, undo, timeoutSeconds, retry, callback }: SagaStep): string[] {
  const tries = retry ? `${retry.retriesMax + 1}, up to ${retry.delaySecondsMax} s apart` : 'by its state'
  const waits = callback ? `up to ${callback.timeoutSeconds} s` : ''
  return [name, kind, undo ? 'yes' : '', waits, `${timeoutSeconds} s`, tries]
}

function costRows(costs: { shape: Shape; costs: SagaCosts }[]): string[][] {
  return (['good', 'undone', 'longest'] as const).map((path) => [path, ...costs.map((each) => price(each.costs[path]))])
}

function price({ transitions, invocations, perMillionRuns }: RunCost): string {
  const transitionsTold = transitions === 1 ? '1 transition' : `${transitions} transitions`
  const invocationsTold = invocations === 1 ? '1 invocation' : `${invocations} invocations`
  return `${transitionsTold}, ${invocationsTold}, $${perMillionRuns.total.toFixed(2)}`
}

const way = ({ states }: RunCost) => states.map((name) => `\`${name}\``).join(' → ')
