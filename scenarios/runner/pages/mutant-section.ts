import { filesOf } from '../../../proof/mutants/mutant.ts'
import { promiseOf } from '../report/mutant-report.ts'
import type { Scenario } from '../scenario.ts'

const heading = '\n## Without the guard\n'

/** Begins the line that {@link brokenWithoutGuard} reads. */
const verdict = 'Verdict without it: **broken**: '

/** The page with its last section: what the scenario's mutant does, and which invariants broke in one run with it. */
export function withMutantSection(page: string, { mutant }: Pick<Scenario, 'mutant'>, broken: readonly number[]) {
  const files = filesOf(mutant).map((file) => `\`${file}\``)
  return `${page}${heading}
The same story on a stack from a test build without the guard (\`npm run mutants -- ${mutant.name}\`):
${mutant.says} The mutant changes ${files.join(', ')} in that build only.

${verdict}${broken.join(', ')}.

${broken.map((number) => `- Invariant ${number} broke: ${promiseOf(number)}`).join('\n')}
`
}

/** The page without that section. */
export function withoutMutantSection(page: string): string {
  return page.split(heading)[0] ?? ''
}

/** The invariants that broke without the guard, as the page says; none when it has no such section. */
export function brokenWithoutGuard(page: string): number[] {
  const line = page.split('\n').find((text) => text.startsWith(verdict))
  return line ? (line.match(/\d+/g) ?? []).map(Number) : []
}
