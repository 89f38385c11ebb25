import { filesOf } from '../../../proof/mutants/mutant.ts'
import { promiseOf } from '../report/mutant-report.ts'
import type { PlantedMutant, Scenario } from '../scenario.ts'

const heading = '\n## Without the guard\n'

/** The page with its last section: what each of the scenario's mutants does, and which invariants it breaks. */
export function withMutantSection(page: string, { mutants }: Pick<Scenario, 'mutants'>): string {
  return `${page}${heading}
The same story on stacks from test builds with a mistake in the guard. \`npm run mutants\` runs each of them, and fails when one of these
invariants holds.

${mutants.map(formatMutant).join('\n')}`
}

function formatMutant({ mutant, breaks }: PlantedMutant): string {
  const files = filesOf(mutant).map((file) => `\`${file}\``)
  return `### ${mutant.name}

${mutant.description} The mutant changes ${files.join(', ')}.

${breaks.map((number) => `- Invariant ${number} breaks: ${promiseOf(number)}`).join('\n')}
`
}

/** The page without that section. */
export function withoutMutantSection(page: string): string {
  return page.split(heading)[0] ?? ''
}
