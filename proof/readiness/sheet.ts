import type { LongProof } from './catalogue.ts'
import type { JudgedItem, State } from './judge.ts'
import type { ProofRun } from './proof-run.ts'
import type { StackLine } from './stack-runs.ts'
import type { Version } from './version.ts'

/** Everything that the readiness sheet says. */
export interface Sheet {
  version: Version
  items: readonly JudgedItem[]
  /** Kept runs that could not be read: they prove nothing. */
  unreadable: readonly string[]
  /** What the ledger of the stack says that was asked for; undefined when none was. */
  stack?: readonly StackLine[] | undefined
}

/** The runs that the sheet rests on, the newest first: a reader finds them by their place, from 1. */
export function runsOf({ items }: Sheet): ProofRun[] {
  const runs = new Set(items.flatMap(({ verdicts }) => verdicts.flatMap(({ run }) => run ?? [])))
  return [...runs].toSorted((a, b) => b.endedAt.localeCompare(a.endedAt))
}

export function countStates({ items, stack = [] }: Sheet): Record<State, number> {
  const counts = { proven: 0, failed: 0, unrun: 0, stale: 0, partly: 0, missing: 0 }
  for (const { state } of [...items, ...stack]) counts[state]++
  return counts
}

/** What repeats the proof of a file. */
export function commandFor(path: string, longProofs: readonly LongProof[]): string {
  const part = longProofs.find(({ file }) => file === path)
  if (part) return `npm run test:long -- ${part.name}`
  return path.startsWith('npm ') ? path : 'npm test'
}

/** Why this version must not go to production, each reason with what to do; none when it may. */
export function reasonsAgainst(sheet: Sheet, longProofs: readonly LongProof[]): string[] {
  const { version, items, unreadable, stack } = sheet
  const namesOf = (state: State) => items.filter((judged) => judged.state === state).map(({ item }) => item.name)
  const commandsFor = (state: State) => {
    const paths = items.flatMap(({ verdicts }) => verdicts.filter((verdict) => verdict.state === state))
    const commands = [...new Set(paths.map(({ path }) => commandFor(path, longProofs)))]
    const ofParts = longProofs.map(({ file }) => commandFor(file, longProofs))
    if (!ofParts.every((command) => commands.includes(command))) return commands.join('; ')
    return [...commands.filter((command) => !ofParts.includes(command)), 'npm run test:long'].join('; ')
  }
  const said: [State, string][] = [
    ['failed', 'failed'],
    ['partly', 'proven in part, as tests were skipped'],
    ['unrun', 'not run'],
    ['stale', 'proven for another version only'],
  ]
  const reasons = said
    .filter(([state]) => namesOf(state).length > 0)
    .map(([state, text]) => `${namesOf(state).length} ${text}: run ${commandsFor(state)}`)
  const gaps = namesOf('missing')
  if (gaps.length > 0) reasons.push(`${gaps.length} known gaps: ${gaps.join(', ')}`)
  if (version.commit === undefined) reasons.push('the version is unknown: this is no Git repository')
  else if (version.changed) reasons.push('the work tree has changes that no run has seen: commit them')
  if (unreadable.length > 0) reasons.push(`${unreadable.length} runs cannot be read: ${unreadable.join(', ')}`)
  if (!stack) reasons.push('no deployed stack was looked at: give its data folder with --data')
  for (const { name, state, says } of stack ?? [])
    if (state !== 'proven') reasons.push(`on the stack, ${name}: ${says}`)
  return reasons
}
