import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { storyPage } from '../../scenarios/runner/pages/scenario-page.ts'
import { formatSequenceDiagram } from '../../scenarios/runner/picture/sequence-diagram.ts'
import {
  formatOpening,
  formatStep,
  formatVerdict,
  formatVerdictLine,
} from '../../scenarios/runner/report/scenario-report.ts'
import { runScenario, type ScenarioResult } from '../../scenarios/runner/run-scenario.ts'
import type { Scenario } from '../../scenarios/runner/scenario.ts'
import { mermaidErrors } from '../scenarios/mermaid.ts'

const docsDir = resolve(import.meta.dirname, '..', '..', 'docs', 'scenarios')

/** A page under docs/scenarios. */
function readPage(name: string): string {
  return readFileSync(join(docsDir, name), 'utf8')
}

/** One stack for all tests of the enclosing `describe`; available from `beforeAll` on. */
export function useStack(): () => TemporaryStack {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    expect(await stack.stop()).toBe(0)
  })
  return () => stack
}

/** Tests that each scenario holds on the stack, and that its page is up to date. */
export function testScenarios(scenarios: readonly Scenario[], stack: () => TemporaryStack): void {
  it.each(scenarios)('$name: $title; it holds, and its page is up to date', { timeout: 120_000 }, async (tested) => {
    const result = await runScenario(tested, stack(), { stack: stack() })
    expect(result.verdict.broken, formatVerdict(result)).toEqual([])
    expect(result.verdict.proven.map(({ number }) => number)).toEqual(tested.invariants)
    const page = readPage(`${tested.name}.md`)
    expectReadable(result)
    expectUpToDate(page, result)
  })
}

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
