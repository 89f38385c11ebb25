import type { Target } from '../target.ts'
import { readLogLines } from './log-lines.ts'
import { inOrder, type TimelineStep } from './step.ts'
import { readStoredSteps } from './stored-steps.ts'

/** A request's timeline: what was logged and what is stored. Empty when nothing has this correlation id. */
export async function readTimeline(target: Target, correlationId: string, sinceMs: number): Promise<TimelineStep[]> {
  const lines = await readLogLines(target, correlationId, sinceMs)
  return inOrder([...lines, ...(await readStoredSteps(target, correlationId, lines))])
}

/** One line per step: the time since the first one, who tells it, what happened, and its facts. */
export function formatTimeline(steps: readonly TimelineStep[]): string {
  const [first] = steps
  if (!first) return ''
  const width = Math.max(...steps.map(({ where }) => where.length))
  const lines = steps.map(({ at, where, what, facts }) => {
    const sinceMs = Date.parse(at) - Date.parse(first.at)
    return `${`+${sinceMs} ms`.padStart(10)}  ${where.padEnd(width)}  ${what}${formatFacts(facts)}`
  })
  return [first.at, ...lines].join('\n')
}

function formatFacts(facts: Record<string, unknown>): string {
  const formatted = Object.entries(facts).map(([name, value]) => {
    return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
  })
  return formatted.length > 0 ? `  (${formatted.join(', ')})` : ''
}
