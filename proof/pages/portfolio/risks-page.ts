import { abstractionRisks } from '../../portfolio/abstraction-risks.ts'
import { antiPatterns } from '../../portfolio/anti-patterns.ts'
import type { Risk } from '../../portfolio/risk.ts'
import { table } from '../table.ts'
import { type PortfolioPage, testLink } from './portfolio-page.ts'

/** Known anti-patterns and what abstractions hide, each with what shows that it was met. */
export function risksPage(): PortfolioPage {
  const all = [...antiPatterns, ...abstractionRisks]
  return {
    name: 'risks',
    title: 'Anti-patterns and hidden risks',
    asks: 'Which known mistakes could be here, what does each abstraction hide, and what shows that it was met?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
Of ${all.length} risks, ${all.filter(({ scenario }) => scenario).length} are shown by a scenario on a whole stack, all are attacked by a test, and of ${all.filter(({ accepted }) => accepted).length} something is left that is accepted.

## Anti-patterns

${riskTable('anti-pattern', antiPatterns)}

## What abstractions hide

${riskTable('abstraction', abstractionRisks)}
`,
  }
}

function riskTable(kind: string, risks: readonly Risk[]): string {
  return table(
    [kind, 'how it would hurt', 'here', 'attacked by', 'accepted'],
    risks.map(({ name, harm, here, tests, scenario, accepted = '' }) => {
      const links = tests.map(testLink)
      const shown = scenario ? [...links, `scenario [${scenario}](../scenarios/${scenario}.md)`] : links
      return [name, harm, here, shown.join(' · '), accepted]
    }),
  )
}
