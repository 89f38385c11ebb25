import { invariants } from '../../../proof/check/invariants.ts'
import type { MutantResult } from '../run-mutant.ts'
import { formatClaim, labelled } from './scenario-report.ts'
import { wrapText } from './wrap-text.ts'

/** The end of a scenario that ran with a mutant: what the mutant is, what broke, and whether that catches it. */
export function formatMutantResult({ mutant, isOwn, isCaught, caughtBy, missed, result }: MutantResult): string {
  const { claims, verdict, name, seconds } = result
  const stopped = verdict.broken.filter((line) => line.startsWith('the story stopped'))
  const survived = isOwn ? `${formatInvariants(missed)} held, which it must break in ${name}` : 'every invariant holds'
  const outcome = isOwn ? 'broken, as it should be: without its guard' : `caught: with ${mutant.name}`
  return [
    labelled('mutant', `${mutant.says} (${mutant.name}, in ${mutant.files.join(', ')})`),
    ...claims.map(formatClaim),
    ...stopped.map((line) => labelled('NO', line)),
    ...verdict.brokenInvariants.map((number) =>
      wrapText(promiseOf(number), `   BROKEN ${String(number).padStart(2)} `, '             '),
    ),
    '',
    wrapText(
      `${isCaught ? `${outcome}, ${formatBroke(caughtBy)}` : `SURVIVED: ${survived}`} (${seconds} s)`,
      'Verdict: ',
      '         ',
    ),
    '',
  ].join('\n')
}

/** One line of a list: the mutant, where it is, and which scenario caught it by what. */
export function formatMutantLine({ mutant, isCaught, caughtBy, missed, result }: MutantResult): string {
  const [file = '', ...otherFiles] = mutant.files
  const where = otherFiles.length > 0 ? `${file} and ${otherFiles.length} more` : file
  if (isCaught) return `caught   ${mutant.name} in ${where}: by ${result.name}, ${formatBroke(caughtBy)}`
  const found = missed.length > 0 ? `did not break ${formatInvariants(missed)}` : 'found nothing'
  return `SURVIVED ${mutant.name} in ${where}: ${result.name} ${found}`
}

/** The promise of an invariant, by its number. */
export function promiseOf(number: number): string {
  return invariants.find((invariant) => invariant.number === number)?.promise ?? ''
}

function formatBroke(numbers: readonly number[]): string {
  return `${formatInvariants(numbers)} broke`
}

export function formatInvariants(numbers: readonly number[]): string {
  return `invariant${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`
}
