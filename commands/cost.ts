import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { capacityPage, capacityText } from '../proof/capacity/capacity-page.ts'
import { readDeployed } from '../proof/capacity/deployed.ts'
import { readSettings, synthesizeProd } from '../proof/cost/app-settings.ts'
import type { Month } from '../proof/cost/bill.ts'
import { costPage } from '../proof/cost/cost-page.ts'
import { costReport, measuredPath, measuredText, readMeasured, reportText } from '../proof/cost/cost-report.ts'
import type { Measured } from '../proof/cost/usage.ts'
import { usualMonth } from '../proof/cost/usual-month.ts'
import { measureApp } from './cost/measure-app.ts'
import { largeWorkload, measureFunctions } from './cost/measure-functions.ts'
import { toJson } from './cost/to-json.ts'
import { count, ratio } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'
import { startProgress } from './terminal/progress.ts'

interface Options extends Month {
  json?: string
  measure?: true
  measureFunctions?: true
  capacity?: true
  docs?: true
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run cost --')
  .description(
    "Computes a month's AWS bill from the synthesized app, and from what each use case consumes as measured.",
  )
  .option('--tickets <n>', 'tickets opened in the month', count, usualMonth.tickets)
  .option('--comments <n>', 'comments added in the month', count, usualMonth.comments)
  .option('--attachments <r>', 'attachments per ticket, such as 0.1', ratio, usualMonth.attachments)
  .option('--duplicates <r>', 'copies per ticket and comment that arrive again', ratio, usualMonth.duplicates)
  .option('--json <file>', 'also write the bill as JSON')
  .option('--measure', `first measure the app on a stack of its own, and write ${measuredPath}`)
  .option('--measure-functions', 'the same for memory and CPU time of every function (Linux only)')
  .option('--capacity', 'print which limits are met from a thousand tickets a year to a billion, in place of the bill')
  .option('--docs', 'also write docs/cost.md and docs/portfolio/capacity.md')
  .action(cost)

await runProgram(program)

async function cost({ json, measure, measureFunctions: functions, capacity, docs, ...month }: Options): Promise<void> {
  if (measure) await measureWith(measureApp)
  if (functions)
    await measureWith(async (onProgress) => ({ functionUse: await measureFunctions(largeWorkload, onProgress) }))
  const measured = readMeasured(rootDir)
  const templates = synthesizeProd()
  const settings = readSettings(templates)
  const report = costReport(month, measured, settings)
  console.log(capacity ? capacityText(measured, settings) : reportText(report))
  if (json) writeJson(json, toJson(report))
  if (docs) {
    const pages = [costPage(measured, settings), capacityPage(measured, settings, readDeployed(templates))]
    for (const { path, text } of pages) {
      writeFileSync(join(rootDir, path), text)
      console.log(`wrote ${path}`)
    }
  }
}

/** Measures, and replaces that part of the stored measurement. */
async function measureWith(measure: (onProgress: (step: string) => void) => Promise<Partial<Measured>>): Promise<void> {
  const progress = startProgress()
  const measured = await measure(progress.step).finally(progress.done)
  writeFileSync(join(rootDir, measuredPath), measuredText({ ...readMeasured(rootDir), ...measured }))
  console.log(`wrote ${measuredPath}`)
}
