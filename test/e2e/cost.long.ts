import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FunctionName } from '../../app/functions.ts'
import { measureApp } from '../../commands/cost/measure-app.ts'
import { measureFunctions } from '../../commands/cost/measure-functions.ts'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { memoryMbOf } from '../../infra/memory-sizes.ts'
import { readSettings, synthesizeProd } from '../../proof/cost/app-settings.ts'
import { readMeasured } from '../../proof/cost/cost-report.ts'
import { countsOf, differences } from '../../proof/cost/count-usage.ts'
import { memoryRule } from '../../proof/cost/memory-rule.ts'
import { useCases } from '../../proof/cost/usage.ts'
import { testCost } from './cost-tests.ts'

const rootDir = resolve(import.meta.dirname, '../..')

describe('a run of every use case', () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 90_000)
  afterAll(async () => {
    await stack.stop()
  })

  testCost(() => stack, { tickets: 5, comments: 8, duplicates: 4, attachments: 3, webhooks: 2 })
})

describe('the measured inputs of the bill', () => {
  it('are what the app consumes now: else npm run cost -- --measure', async () => {
    const settings = readSettings(synthesizeProd())
    const committed = readMeasured(rootDir)
    const measured = await measureApp(() => {})
    for (const useCase of useCases) {
      const expected = countsOf(committed.useCases[useCase], settings, 1)
      const actual = countsOf(measured.useCases[useCase], settings, 1)
      expect([useCase, differences(expected, actual, 0.02)]).toEqual([useCase, []])
    }
    expect(Object.keys(measured.idle).toSorted()).toEqual(Object.keys(committed.idle).toSorted())
  }, 120_000)

  it('leave every function a fifth of its memory, as measured now: else npm run cost -- --measure-functions', async () => {
    const measured = await measureFunctions({ runs: 1, rounds: 3, burst: 60 }, () => {})
    const tight = Object.entries(measured).filter(
      ([name, { peakMb }]) => peakMb + memoryRule.allowanceMb > 0.8 * memoryMbOf(name as FunctionName),
    )
    expect(tight).toEqual([])
    // Nothing was left out, and each function ran.
    expect(Object.keys(measured)).toEqual(Object.keys(readMeasured(rootDir).functionUse))
    for (const [name, { coldCpuMs }] of Object.entries(measured)) expect(coldCpuMs, name).toBeGreaterThan(0)
  }, 120_000)
})
