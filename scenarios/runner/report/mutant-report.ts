import { invariants } from '../../../proof/check/invariants.ts'
import type { MutantResult } from '../mutants/run-mutant.ts'
import { wrapped } from './scenario-report.ts'

/** Of a story that is told, what was taken away, what broke, and the verdict. */
export function formatMutantResult({ played, mutant, broke }: MutantResult): string {
  const { claims, verdict, seconds } = played
  const stopped = verdict.broken.filter((line) => line.startsWith('the story stopped'))
  return [
    wrapped(`${mutant.says} (${mutant.name}, in ${mutant.files.join(', ')})`, '   mutant  ', '           '),
    ...claims.map(({ says, holds }) => wrapped(says, holds ? '   yes     ' : '   NO      ', '           ')),
    ...stopped.map((line) => wrapped(line, '   NO      ', '           ')),
    ...verdict.brokenInvariants.map((number) =>
      wrapped(promiseOf(number), `   BROKEN ${String(number).padStart(2)} `, '             '),
    ),
    '',
    wrapped(
      broke.length > 0
        ? `broken, as it should be: without its guard, ${numbered(broke)} (${seconds} s)`
        : `NOTHING BROKE that this scenario attacks: it proves nothing (${seconds} s)`,
      'Verdict: ',
      '         ',
    ),
    '',
  ].join('\n')
}

/** One line of a list: the mutant, where it is, the scenario, and what caught it. */
export function caughtLine({ played, mutant, broke }: MutantResult): string {
  const [file = '', ...more] = mutant.files
  const where = more.length > 0 ? `${file} and ${more.length} more` : file
  return broke.length > 0
    ? `caught   ${mutant.name} in ${where}: by ${played.name}, ${numbered(broke)}`
    : `SURVIVED ${mutant.name} in ${where}: ${played.name} found nothing`
}

export function promiseOf(number: number): string {
  return invariants.find((each) => each.number === number)?.promise ?? ''
}

function numbered(numbers: readonly number[]): string {
  return numbers.length === 1 ? `invariant ${numbers[0]} broke` : `invariants ${numbers.join(', ')} broke`
}
