import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureApp } from '../../commands/cost/measure-app.ts'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { readSettings, synthesizeProd } from '../../proof/cost/app-settings.ts'
import { readMeasured } from '../../proof/cost/cost-report.ts'
import { countsOf, differences } from '../../proof/cost/count-usage.ts'
import { useCases } from '../../proof/cost/usage.ts'
import { testCost } from './cost-tests.ts'

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
    const committed = readMeasured(resolve(import.meta.dirname, '../..'))
    const measured = await measureApp(() => {})
    for (const useCase of useCases) {
      const expected = countsOf(committed.useCases[useCase], settings, 1)
      const actual = countsOf(measured.useCases[useCase], settings, 1)
      expect([useCase, differences(expected, actual, 0.02)]).toEqual([useCase, []])
    }
    expect(Object.keys(measured.idle).toSorted()).toEqual(Object.keys(committed.idle).toSorted())
  }, 120_000)
})
