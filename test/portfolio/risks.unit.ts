import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { abstractionRisks } from '../../proof/portfolio/abstraction-risks.ts'
import { antiPatterns } from '../../proof/portfolio/anti-patterns.ts'
import { rootDir } from '../docs/markdown.ts'
import { hasTitle } from '../docs/test-titles.ts'

const risks = [...antiPatterns, ...abstractionRisks]

describe.each(risks)('the risk “$name”', ({ tests, scenario }) => {
  it('is attacked by tests that exist, by their titles, and by a scenario if it names one', () => {
    expect(tests.length).toBeGreaterThan(0)
    expect(tests.filter(([title, file]) => !(existsSync(join(rootDir, file)) && hasTitle(file, title)))).toEqual([])
    if (scenario) expect(existsSync(join(rootDir, `scenarios/${scenario}.ts`)), scenario).toBe(true)
  })
})

describe('the risks', () => {
  it('have one name each', () => {
    expect(new Set(risks.map(({ name }) => name)).size).toBe(risks.length)
  })
})
