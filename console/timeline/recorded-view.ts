import { changedNames } from '../rows/row-views.ts'
import type { RecordedChange, RowChanges } from '../wire-timeline.ts'

/** Which change is shown first: the one nearest to a step, or the last one. */
export function firstShown(changes: readonly RecordedChange[], at: string | undefined): number {
  if (at === undefined) return changes.length - 1
  const away = changes.map((change) => Math.abs(Date.parse(change.at) - Date.parse(at)))
  // Of several at the same distance the last: what the step came to.
  return away.lastIndexOf(Math.min(...away))
}

/** The attributes that a change is about, as before and after it. */
export function changedOnly({ before, after }: RecordedChange) {
  const names = changedNames(before, after)
  const only = (attributes: Record<string, unknown>) =>
    Object.fromEntries(names.filter((name) => name in attributes).map((name) => [name, attributes[name]]))
  return { before: only(before), after: only(after) }
}

/** What is said of a row when no change of it can be shown; undefined when one can. */
export function whyNone({ since, changes }: RowChanges, words: (time: string) => string): string | undefined {
  if (changes.length > 0) return undefined
  return `It has not changed since ${words(since)}, when somebody began to watch; what was before is not recorded.`
}
