import { filesOf } from '../mutants/run-mutant.ts'
import { promiseOf } from '../report/mutant-report.ts'
import type { Scenario } from '../scenario.ts'

const verdict = 'Verdict without it: **broken**: '

const title = '\n## Without the guard\n'

/** A page with its last part: what was taken away, and what broke of that in one run. */
export function pageWith(page: string, { mutant }: Pick<Scenario, 'mutant'>, broke: readonly number[]) {
  const files = filesOf(mutant).map((file) => `\`${file}\``)
  return `${page}${title}
The same story on a stack from a test build without it (\`npm run mutants -- ${mutant.name}\`):
${mutant.says} That is in ${files.join(', ')}, and in no other build.

${verdict}${broke.join(', ')}.

${broke.map((number) => `- Invariant ${number} broke: ${promiseOf(number)}`).join('\n')}
`
}

/** A page without that part. */
export function pageWithout(page: string): string {
  return page.split(title)[0] ?? ''
}

/** The invariants that a page says broke; none when it does not say. */
export function brokeIn(page: string): number[] {
  const line = page.split('\n').find((each) => each.startsWith(verdict))
  return line ? (line.match(/\d+/g) ?? []).map(Number) : []
}
