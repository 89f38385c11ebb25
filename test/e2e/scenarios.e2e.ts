import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OwnStack, startOwnStack } from '../../commands/own-stack.ts'
import { scenarios } from '../../scenarios/all.ts'
import { brokeIn, pageWith, pageWithout } from '../../scenarios/runner/pages/mutant-section.ts'
import { overview, storyPage, withTable } from '../../scenarios/runner/pages/scenario-page.ts'
import { sequenceOf } from '../../scenarios/runner/picture/sequence-diagram.ts'
import { formatOpening, formatStep, formatVerdict, verdictLine } from '../../scenarios/runner/report/scenario-report.ts'
import { runScenario, type ScenarioResult } from '../../scenarios/runner/run-scenario.ts'
import { scenario } from '../../scenarios/runner/scenario.ts'
import { mermaidErrors } from '../scenarios/mermaid.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const docsDir = join(rootDir, 'docs', 'scenarios')

const read = (name: string) => {
  const path = join(docsDir, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** For stories that are never played without their guard. */
const none = { name: 'none', says: '', edits: [] }

describe('a scenario', () => {
  let stack: OwnStack
  beforeAll(async () => {
    stack = await startOwnStack()
  }, 150_000)
  afterAll(async () => {
    expect(await stack.stop()).toBe(0)
  })

  it.each(scenarios)('$name: $title; it holds, and its page tells it as it is', { timeout: 120_000 }, async (one) => {
    const played = await runScenario(one, stack, { keeper: stack })
    expect(played.verdict.broken, formatVerdict(played)).toEqual([])
    expect(played.verdict.proven.map(({ number }) => number)).toEqual(one.invariants)
    const page = read(`${one.name}.md`)
    expect(page, 'npm run mutants -- --docs writes its end').toBe(pageWith(pageWithout(page), one, brokeIn(page)))
    expect(brokeIn(page)).not.toEqual([])
    expectReadable(played)
    expectInStep(read(`${one.name}.md`), played)
  })

  it('is broken when a fault of it strikes nothing, a claim does not hold, or its story stops', async () => {
    const about = { shows: '', guard: '', mutant: none, invariants: [], targets: 'embedded' } as const
    const vacuous = scenario('vacuous', 'Nothing is proven', about, async ({ faults, claim }) => {
      await faults.set({ name: 'idle', at: 'call', where: { service: 'none' }, fault: { do: 'throttle' } })
      claim('one is two', 1, 2)
      throw new Error('no more to tell')
    })
    expect((await runScenario(vacuous, stack)).verdict).toEqual({
      holds: false,
      proven: [],
      broken: ['the story stopped: no more to tell', 'the fault idle struck nothing', 'one is two: found 1, not 2'],
      brokenInvariants: [],
    })
  })

  it('leaves no fault behind when it is stopped', async () => {
    const stop = new AbortController()
    const about = { shows: '', guard: '', mutant: none, invariants: [], targets: 'embedded' } as const
    const rules = async () =>
      ((await (await fetch(`${stack.edgeUrl}/_steadfast/faults`)).json()) as { rules: unknown[] }).rules
    const stopped = scenario('stopped', 'The presenter presses Ctrl-C', about, async ({ faults, until }) => {
      await faults.set({ name: 'left-behind', at: 'call', where: { service: 'none' }, fault: { do: 'throttle' } })
      expect(await rules()).toHaveLength(1)
      stop.abort(new Error('stopped'))
      await until('nothing', async () => false, Boolean)
    })
    await expect(runScenario(stopped, stack, { signal: stop.signal })).rejects.toThrow('stopped')
    expect(await rules()).toEqual([])
  })

  it('stands in the table of all, in the README too', () => {
    const rows = scenarios.map((one) => ({ ...one, broke: brokeIn(read(`${one.name}.md`)) }))
    expect(read('README.md'), 'npm run demo -- --docs writes it').toBe(overview(rows))
    const readme = readFileSync(join(rootDir, 'README.md'), 'utf8')
    expect(readme, 'npm run demo -- --docs writes it').toBe(withTable(readme, rows))
  })
})

/** On a terminal of 80 columns, and as a picture of what happened. */
function expectReadable(played: ScenarioResult) {
  const told = [
    formatOpening(played),
    ...played.steps.map((step, index) => formatStep(step, index + 1)),
    formatVerdict(played),
  ]
  const lines = [...told, verdictLine(played)].join('\n').split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  for (const { picture } of played.steps) {
    expect(picture.length).toBeGreaterThan(0)
    expect(picture.filter(({ struck }) => struck === undefined).length).toBeLessThanOrEqual(7)
  }
  expect(played.steps.flatMap(({ rows }) => rows).length).toBeGreaterThan(0)
  expect(mermaidErrors(sequenceOf(played.steps))).toEqual([])
}

/** The committed page tells the same story, of a run that held, with a picture and the rows of each step. */
function expectInStep(page: string, played: ScenarioResult) {
  expect(page.startsWith(storyPage(played)), 'npm run demo -- --docs writes the page').toBe(true)
  const [, picture = ''] = /```mermaid\n(.*?)\n```/s.exec(page) ?? []
  expect(mermaidErrors(picture)).toEqual([])
  const rows = page.slice(page.indexOf('### Rows before and after'))
  const numbers = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, number]) => Number(number))
  const steps = played.steps.map((_, index) => index + 1)
  expect(numbers(picture, /: step (\d+)$/gm)).toEqual(steps)
  expect(numbers(rows, /^Step (\d+):/gm)).toEqual(steps)
  expect(page).toContain('Verdict: **holds**.')
}
