import type { TraceEntry } from 'embedded-aws/faults'
import { httpFunctions } from '../../app/functions.ts'
import type { Counts } from '../../proof/cost/count-usage.ts'
import { shortName } from '../../proof/short-name.ts'
import type { Executions } from './to-usage.ts'

/** What a run consumed: invocations and calls as traced, units as the database engine reports them, transitions as journalled. */
export function countEntries(entries: readonly TraceEntry[], { transitions }: Executions): Counts {
  const invoked = entries.filter(({ kind }) => kind === 'invocation').map(({ to }) => shortName(to))
  const calls = entries.filter(({ kind, from }) => kind === 'call' && from !== undefined)
  const units = calls.flatMap(({ consumed }) => consumed?.units ?? [])
  return {
    requests: invoked.filter((name) => name in httpFunctions).length,
    invocations: invoked.length,
    databaseCalls: calls.filter(({ to }) => to === 'dynamodb').length,
    otherCalls: calls.filter(({ to }) => to !== 'dynamodb').length,
    readUnits: units.reduce((sum, { read }) => sum + read, 0),
    writeUnits: units.reduce((sum, { write }) => sum + write, 0),
    transitions,
  }
}
