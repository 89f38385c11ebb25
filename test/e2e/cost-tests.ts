import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { countEntries } from '../../commands/cost/count-entries.ts'
import { meterStack } from '../../commands/cost/metered-stack.ts'
import { registerPeople, startEndpoint, type Texts } from '../../commands/cost/use-cases.ts'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { type PricedTemplate, readSettings } from '../../proof/cost/app-settings.ts'
import { readMeasured } from '../../proof/cost/cost-report.ts'
import { addCounts, countsOf, differences } from '../../proof/cost/count-usage.ts'
import type { UseCase } from '../../proof/cost/usage.ts'
import type { Target } from '../../proof/target.ts'

/** Other words than those that were measured, and about as many: each distinct one is a row of the search index (ADR 36). */
const texts: Texts = {
  title: 'Where is my order from last week?',
  body: 'It has been ten days since I paid for it, and nothing has arrived at our office yet. '.repeat(4),
  comment: 'We have asked the carrier. The parcel is on its way and should be with you tomorrow. '.repeat(3),
}

/** How much of each use case a run has. */
export interface CostRun {
  tickets: number
  comments: number
  duplicates: number
  attachments: number
  webhooks: number
}

const rootDir = resolve(import.meta.dirname, '../..')

/** The model of `npm run cost`, against what a run on this stack consumes. */
export function testCost(stack: () => Target, run: CostRun): void {
  it('consumes within 5% of what the bill says: requests, invocations, calls, capacity units, transitions', async () => {
    const target = stack()
    const metered = await meterStack(target)
    const endpoint = await startEndpoint()
    try {
      const people = await registerPeople(target, 'e2e-cost', texts)
      const assigned = await people.openTicket()
      await people.assign(assigned)
      const hooked = await registerPeople(target, 'e2e-cost-hooked', texts)
      if (run.webhooks > 0) await hooked.addWebhook(endpoint.url)
      await metered.take()

      const each = async (times: number, work: (index: number) => Promise<unknown>) => {
        for (let index = 0; index < times; index++) {
          await work(index)
          await metered.settle()
        }
      }
      const ticketIds: string[] = []
      await each(run.tickets, async () => ticketIds.push(await people.openTicket()))
      await each(run.comments, (index) => people.comment(assigned, `comment-${index}`))
      await each(run.duplicates, () => people.comment(assigned, 'comment-0'))
      await each(run.attachments, (index) => people.attach(ticketIds[index] ?? ''))
      await each(run.webhooks, () => hooked.openTicket())
      const { entries, executions } = await metered.take()

      const measured = readMeasured(rootDir)
      const settings = readSettings(await embeddedTemplates())
      const runs: Record<UseCase, number> = {
        'open a ticket': run.tickets + run.webhooks,
        comment: run.comments,
        duplicate: run.duplicates,
        'notification saga': run.comments,
        'attachment saga': run.attachments,
        webhook: run.webhooks,
      }
      const expected = (Object.keys(runs) as UseCase[]).map((useCase) =>
        countsOf(measured.useCases[useCase], settings, runs[useCase]),
      )
      const counted = countEntries(entries, executions)
      expect(counted.writeUnits).toBeGreaterThan(0)
      expect(differences(addCounts(expected), counted, 0.05)).toEqual([])
    } finally {
      await endpoint.stop()
      await metered.stop()
    }
  }, 120_000)
}

async function embeddedTemplates(): Promise<PricedTemplate[]> {
  const folder = await synthesizeApp(() => {})
  return globSync('*.template.json', { cwd: folder }).map(
    (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as PricedTemplate,
  )
}
