import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { scenarios } from '../../scenarios/all.ts'
import { indexPage } from '../../scenarios/runner/pages/index-page.ts'
import {
  brokenWithoutGuard,
  withMutantSection,
  withoutMutantSection,
} from '../../scenarios/runner/pages/mutant-section.ts'
import { storyPage } from '../../scenarios/runner/pages/scenario-page.ts'
import { formatSequenceDiagram } from '../../scenarios/runner/picture/sequence-diagram.ts'
import {
  formatOpening,
  formatStep,
  formatVerdict,
  formatVerdictLine,
} from '../../scenarios/runner/report/scenario-report.ts'
import { runScenario, type ScenarioResult } from '../../scenarios/runner/run-scenario.ts'
import { scenario } from '../../scenarios/runner/scenario.ts'
import { mermaidErrors } from '../scenarios/mermaid.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const docsDir = join(rootDir, 'docs', 'scenarios')

const read = (name: string) => {
  const path = join(docsDir, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** For scenarios that never run against a mutant. */
const noMutant = { name: 'none', says: '', edits: [] }
const description = { shows: '', guard: '', mutant: noMutant, invariants: [], targets: 'embedded' } as const

describe('a scenario', () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    expect(await stack.stop()).toBe(0)
  })

  it.each(scenarios)('$name: $title; it holds, and its page is up to date', { timeout: 120_000 }, async (tested) => {
    const result = await runScenario(tested, stack, { stack })
    expect(result.verdict.broken, formatVerdict(result)).toEqual([])
    expect(result.verdict.proven.map(({ number }) => number)).toEqual(tested.invariants)
    const page = read(`${tested.name}.md`)
    const broken = brokenWithoutGuard(page)
    expect(page, 'npm run mutants -- --docs writes its last section').toBe(
      withMutantSection(withoutMutantSection(page), tested, broken),
    )
    expect(broken).not.toEqual([])
    expectReadable(result)
    expectUpToDate(page, result)
  })

  it('is broken when a fault never fires, a claim does not hold, and its story stops', async () => {
    const vacuous = scenario('vacuous', 'Nothing is proven', description, async ({ faults, claim }) => {
      await faults.set({ name: 'idle', at: 'call', where: { service: 'none' }, fault: { do: 'throttle' } })
      claim('one is two', 1, 2)
      throw new Error('out of ideas')
    })
    expect((await runScenario(vacuous, stack)).verdict).toEqual({
      holds: false,
      proven: [],
      broken: ['the story stopped: out of ideas', 'the fault idle never fired', 'one is two: found 1, not 2'],
      brokenInvariants: [],
    })
  })

  it('leaves no fault rule behind when it is aborted', async () => {
    const abort = new AbortController()
    const rules = async () =>
      ((await (await fetch(`${stack.edgeUrl}/_steadfast/faults`)).json()) as { rules: unknown[] }).rules
    const aborted = scenario('aborted', 'The presenter presses Ctrl-C', description, async ({ faults, until }) => {
      await faults.set({ name: 'left-behind', at: 'call', where: { service: 'none' }, fault: { do: 'throttle' } })
      expect(await rules()).toHaveLength(1)
      abort.abort(new Error('stopped'))
      await until('nothing', async () => false, Boolean)
    })
    await expect(runScenario(aborted, stack, { signal: abort.signal })).rejects.toThrow('stopped')
    expect(await rules()).toEqual([])
  })

  it('is in the table of all scenarios', () => {
    const rows = scenarios.map((listed) => ({
      ...listed,
      brokenWithoutGuard: brokenWithoutGuard(read(`${listed.name}.md`)),
    }))
    expect(read('README.md'), 'npm run demo -- --docs writes it').toBe(indexPage(rows))
  })
})

/** Its report fits a terminal of 80 columns, and every step has a picture. */
function expectReadable(result: ScenarioResult) {
  const report = [
    formatOpening(result),
    ...result.steps.map((step, index) => formatStep(step, index + 1)),
    formatVerdict(result),
  ]
  const lines = [...report, formatVerdictLine(result)].join('\n').split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  for (const { picture } of result.steps) {
    expect(picture.length).toBeGreaterThan(0)
    expect(picture.filter(({ fault }) => fault === undefined).length).toBeLessThanOrEqual(7)
  }
  expect(result.steps.flatMap(({ rows }) => rows).length).toBeGreaterThan(0)
  expect(mermaidErrors(formatSequenceDiagram(result.steps))).toEqual([])
}

/** The committed page contains the same story, and a run that held, with a picture and the rows of each step. */
function expectUpToDate(page: string, result: ScenarioResult) {
  expect(page.startsWith(storyPage(result)), 'npm run demo -- --docs writes the page').toBe(true)
  const [, diagram = ''] = /```mermaid\n(.*?)\n```/s.exec(page) ?? []
  expect(mermaidErrors(diagram)).toEqual([])
  const rows = page.slice(page.indexOf('### Rows before and after'))
  const numbers = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, number]) => Number(number))
  const steps = result.steps.map((_, index) => index + 1)
  expect(numbers(diagram, /: step (\d+)$/gm)).toEqual(steps)
  expect(numbers(rows, /^Step (\d+):/gm)).toEqual(steps)
  expect(page).toContain('Verdict: **holds**.')
}
