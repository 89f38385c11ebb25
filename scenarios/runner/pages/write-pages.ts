import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MutantResult } from '../mutants/run-mutant.ts'
import type { ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'
import { brokeIn, pageWith, pageWithout } from './mutant-section.ts'
import { overview, page, withTable } from './scenario-page.ts'

/**
 * Writes the page of each scenario that was played, and the table of them all, there and in the README. What a page says of a run
 * without the guard stays. Throws, and writes nothing, when one does not hold.
 */
export function writePages(rootDir: string, all: readonly Scenario[], played: readonly ScenarioResult[]): void {
  for (const { name, verdict } of played)
    if (!verdict.holds) throw new Error(`${name} does not hold: no page is written`)
  update(rootDir, all, (scenario, before) => {
    const one = played.find(({ name }) => name === scenario.name)
    return one && pageWith(page(one), scenario, brokeIn(before))
  })
}

/**
 * Writes what broke without the guard into the pages of those that were played so, and into the table. Throws, and writes nothing, when
 * nothing broke.
 */
export function writeBroken(rootDir: string, all: readonly Scenario[], played: readonly MutantResult[]): void {
  for (const { played: one, broke } of played)
    if (broke.length === 0) throw new Error(`${one.name} finds nothing without its guard: no page is written`)
  update(rootDir, all, (scenario, before) => {
    const one = played.find((each) => each.played.name === scenario.name)
    return one && pageWith(pageWithout(before), scenario, one.broke)
  })
}

/** A page that `write` answers nothing for stays as it is. */
function update(
  rootDir: string,
  all: readonly Scenario[],
  write: (scenario: Scenario, before: string) => string | undefined,
): void {
  const dir = join(rootDir, 'docs', 'scenarios')
  mkdirSync(dir, { recursive: true })
  const rows = all.map((scenario) => {
    const path = join(dir, `${scenario.name}.md`)
    const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const after = write(scenario, before) ?? before
    writeFileSync(path, after)
    return { ...scenario, broke: brokeIn(after) }
  })
  writeFileSync(join(dir, 'README.md'), overview(rows))
  const readme = join(rootDir, 'README.md')
  writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), rows))
}
