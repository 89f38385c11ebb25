import type { Kills } from '../../proof/mutants/record.ts'
import type { Trial } from './trials.ts'

type Tried = Pick<Trial, 'mutant' | 'opponent' | 'outcome' | 'kills'>

interface ReportOptions {
  /** The mutants that were chosen, whether anything was tried against them or not. */
  names: readonly string[]
  trials: readonly Tried[]
  /** What killed each of them in recorded runs. */
  recorded: Readonly<Record<string, Kills>>
  /** The checks that kill a mutant, by what its scenario names and by these kills. */
  checksOf: (mutant: string, kills: Kills) => string[]
}

/**
 * What a run says of its mutants: which a single check kills, by what was tried now, and by the record where it was not, and how many were
 * caught. Only a trial of this run catches. Ok when there was one, and each mutant that was tried was caught, by all that must catch it.
 */
export function reportMutants({ names, trials, recorded, checksOf }: ReportOptions): { lines: string[]; ok: boolean } {
  const triedNames = names.filter((name) => trials.some(({ mutant }) => mutant === name))
  const rows = triedNames.map((name) => {
    const own = trials.filter(({ mutant }) => mutant === name)
    const kills: Kills = Object.assign({ ...recorded[name] }, ...own.map((trial) => trial.kills))
    return {
      name,
      outcome: outcomeOf(own),
      checks: checksOf(name, kills),
      before: checksOf(name, recorded[name] ?? {}),
    }
  })
  const caught = rows.filter(({ outcome }) => outcome === 'caught')
  const single = caught.filter(({ checks }) => checks.length === 1)
  const missed = rows.filter(({ outcome }) => outcome !== 'caught')
  const untried = names.filter((name) => !triedNames.includes(name))
  return {
    lines: [
      ...single.map(({ name, checks }) => `ONLY ONE ${name}: by ${checks[0]}`),
      ...missed.map(({ name, outcome, before }) => `${outcome.toUpperCase()} ${name}${byTheRecord(before)}`),
      ...(untried.length > 0 ? [`not tried, as it is planted for nothing of this run: ${untried.join(', ')}`] : []),
      '',
      triedNames.length === 0
        ? 'no mutant was tried'
        : `${caught.length} of ${rows.length} mutants were caught, ${single.length} of them by a single check`,
    ],
    ok: rows.length > 0 && missed.length === 0,
  }
}

/** Unit tests need not catch what another opponent of this run has caught. */
function outcomeOf(trials: readonly Tried[]): Trial['outcome'] {
  const others = trials.filter(({ opponent }) => opponent !== 'unit-tests')
  if (others.some(({ outcome }) => outcome === 'survived')) return 'survived'
  const outcomes = new Set(trials.map(({ outcome }) => outcome))
  if (outcomes.has('caught')) return 'caught'
  return outcomes.has('unknown') ? 'unknown' : 'survived'
}

function byTheRecord([first, ...others]: readonly string[]): string {
  if (first === undefined) return ''
  return `: by the record it is killed by ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`
}
