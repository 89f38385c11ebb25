import { invariants } from '../proof/check/invariants.ts'
import { wrapped } from './told.ts'
import type { PlayedWithoutGuard } from './without-guard.ts'

/** Of a story that is told, what was taken away, what broke, and the verdict. */
export function toldWithoutGuard({ played, bug, broke }: PlayedWithoutGuard): string {
  const { claims, verdict, seconds } = played
  const stopped = verdict.broken.filter((line) => line.startsWith('the story stopped'))
  return [
    wrapped(`${bug.says} (${bug.name}, in ${bug.files.join(', ')})`, '   planted ', '           '),
    ...claims.map(({ says, holds }) => wrapped(says, holds ? '   yes     ' : '   NO      ', '           ')),
    ...stopped.map((line) => wrapped(line, '   NO      ', '           ')),
    ...verdict.brokenInvariants.map((number) =>
      wrapped(promiseOf(number), `   BROKEN ${String(number).padStart(2)} `, '             '),
    ),
    '',
    wrapped(
      broke.length > 0
        ? `broken, as it should be: without its guard, ${numbered(broke)} (${seconds} s)`
        : `NOTHING BROKE that this walkthrough attacks: it proves nothing (${seconds} s)`,
      'Verdict: ',
      '         ',
    ),
    '',
  ].join('\n')
}

/** One line of a list: the bug, where it is, the walkthrough, and what caught it. */
export function caughtLine({ played, bug, broke }: PlayedWithoutGuard): string {
  const [file = '', ...more] = bug.files
  const where = more.length > 0 ? `${file} and ${more.length} more` : file
  return broke.length > 0
    ? `caught   ${bug.name} in ${where}: by ${played.name}, ${numbered(broke)}`
    : `SURVIVED ${bug.name} in ${where}: ${played.name} found nothing`
}

export function promiseOf(number: number): string {
  return invariants.find((each) => each.number === number)?.promise ?? ''
}

function numbered(numbers: readonly number[]): string {
  return numbers.length === 1 ? `invariant ${numbers[0]} broke` : `invariants ${numbers.join(', ')} broke`
}
