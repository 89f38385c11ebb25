import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MutantResult } from '../run-mutant.ts'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'
import { indexPage } from './index-page.ts'
import { brokenWithoutGuard, withMutantSection, withoutMutantSection } from './mutant-section.ts'
import { scenarioPage } from './scenario-page.ts'

/**
 * Writes the page of each scenario that ran, and the index of all. The section about a run without the guard keeps its result. Throws,
 * and writes nothing, when a scenario does not hold.
 */
export function writeScenarioPages(
  rootDir: string,
  scenarios: readonly Scenario[],
  results: readonly ScenarioResult[],
): void {
  for (const { name, verdict } of results)
    if (!verdict.holds) throw new Error(`${name} does not hold: no page was written`)
  updatePages(rootDir, scenarios, (scenario, committed) => {
    const result = results.find(({ name }) => name === scenario.name)
    return result && withMutantSection(scenarioPage(result), scenario, brokenWithoutGuard(committed))
  })
}

/**
 * Writes into the page of each scenario, and into the index, which invariants broke with the scenario's own mutant. Results of other
 * mutants are ignored. Throws, and writes nothing, when a mutant survived.
 */
export function writeMutantSections(
  rootDir: string,
  scenarios: readonly Scenario[],
  results: readonly MutantResult[],
): void {
  for (const { mutant, caughtBy } of results)
    if (caughtBy.length === 0) throw new Error(`${mutant.name} survived: no page was written`)
  updatePages(rootDir, scenarios, (scenario, committed) => {
    const own = results.find(({ isOwn, result }) => isOwn && result.name === scenario.name)
    return own && withMutantSection(withoutMutantSection(committed), scenario, own.caughtBy)
  })
}

/** A page for which `update` returns undefined stays as it is. */
function updatePages(
  rootDir: string,
  scenarios: readonly Scenario[],
  update: (scenario: Scenario, committed: string) => string | undefined,
): void {
  const dir = join(rootDir, 'docs', 'scenarios')
  mkdirSync(dir, { recursive: true })
  const rows = scenarios.map((scenario) => {
    const path = join(dir, `${scenario.name}.md`)
    const committed = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const page = update(scenario, committed) ?? committed
    writeFileSync(path, page)
    return { ...scenario, brokenWithoutGuard: brokenWithoutGuard(page) }
  })
  writeFileSync(join(dir, 'README.md'), indexPage(rows))
}
