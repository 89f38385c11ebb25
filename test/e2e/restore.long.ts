import { describe, expect, it } from 'vitest'
import { cachedTokens } from '../../commands/load/cached-tokens.ts'
import { startTemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { drillFigures, formatDrill } from '../../proof/drill/format-drill.ts'
import { type Disaster, type DrillReport, disasters, drillRestore } from '../../proof/drill/restore-drill.ts'
import { runsEveryCase, sample } from '../fixtures/sample.ts'
import { testRestoreCommand } from '../restore/restore-command-tests.ts'
import { testSwappedTables } from '../restore/swapped-tables-tests.ts'
import { testTornTables } from '../restore/torn-tables-tests.ts'

testSwappedTables()

testTornTables(Array.from({ length: 30 }, (_, index) => index + 1))

/** One drill without the repair beside one or both of those with it: two stacks keep two cores busy. */
const drilled = sample(disasters, runsEveryCase ? disasters.length : 1)

async function drill(disaster: Disaster, { withoutRepair }: { withoutRepair: boolean }): Promise<DrillReport> {
  const stack = await startTemporaryStack()
  try {
    const tokenFor = cachedTokens(stack.dataDir)
    const edgeUrl = String(stack.edgeUrl)
    return await drillRestore(
      { ...stack, edgeUrl },
      { tickets: 8, disaster, withoutRepair, tokenFor, onStep: () => {} },
    )
  } finally {
    await stack.stop()
  }
}

describe.concurrent('a stack whose tables were restored under traffic, from different moments', () => {
  it.for(drilled)(
    'holds every invariant after the repair, within the targets, and sends no mail twice (%s)',
    { timeout: 300_000 },
    async (disaster, { task }) => {
      const report = await drill(disaster, { withoutRepair: false })
      expect(report.ok, formatDrill(report)).toBe(true)
      expect(report.eventsLost).toBeGreaterThan(0)
      expect(report.rowsRepaired).toBeGreaterThan(0)
      if (disaster === 'bad-deployment') expect(report.damaged).toBeGreaterThan(0)
      task.meta.figures = drillFigures(report)
      task.meta.counts = { drills: 1, 'events lost': report.eventsLost, 'rows repaired': report.rowsRepaired }
      console.log(formatDrill(report).split('\n').slice(-12).join('\n'))
    },
  )

  testRestoreCommand()

  it('is broken without the repair', async () => {
    const report = await drill('tables-lost', { withoutRepair: true })
    const broken = report.findings.filter(({ violations }) => violations.length > 0)
    expect(broken.map(({ invariant }) => invariant.number)).toEqual(expect.arrayContaining([5, 6]))
  }, 300_000)
})
