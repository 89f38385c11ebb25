import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'
import { indexPage } from './index-page.ts'
import { invariantsPage } from './invariants-chapter.ts'
import { withMutantSection, withoutMutantSection } from './mutant-section.ts'
import { scenarioPage } from './scenario-page.ts'

const folder = 'docs/scenarios'

/** Writes the page of each scenario that ran. Throws, and writes nothing, when one does not hold. */
export function writeScenarioPages(
  rootDir: string,
  scenarios: readonly Scenario[],
  results: readonly ScenarioResult[],
): void {
  for (const { name, verdict } of results)
    if (!verdict.holds) throw new Error(`${name} does not hold: no page was written`)
  mkdirSync(join(rootDir, folder), { recursive: true })
  for (const scenario of scenarios) {
    const result = results.find(({ name }) => name === scenario.name)
    if (result)
      writeFileSync(join(rootDir, folder, `${scenario.name}.md`), withMutantSection(scenarioPage(result), scenario))
  }
}

/**
 * The index of all scenarios, the page of each with what its mutants break, and the page of invariants with what breaks each. What was
 * written by hand or by a run stays as it is.
 */
export function scenarioPages(rootDir: string, scenarios: readonly Scenario[]): { path: string; text: string }[] {
  const pages = scenarios.flatMap((scenario) => {
    const path = `${folder}/${scenario.name}.md`
    if (!existsSync(join(rootDir, path))) return []
    const story = withoutMutantSection(readFileSync(join(rootDir, path), 'utf8'))
    return [{ path, text: withMutantSection(story, scenario) }]
  })
  return [{ path: `${folder}/README.md`, text: indexPage(scenarios) }, invariantsPage(rootDir, scenarios), ...pages]
}
