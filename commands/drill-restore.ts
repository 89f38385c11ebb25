import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { drillFigures, formatDrill } from '../proof/drill/format-drill.ts'
import { type Disaster, type DrillReport, disasters, drillRestore } from '../proof/drill/restore-drill.ts'
import { beginProofRun, provenWhole } from '../proof/readiness/proof-run.ts'
import { cachedTokens } from './load/cached-tokens.ts'
import { positiveNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { startTemporaryStack } from './stack/temporary-stack.ts'
import { startProgress } from './terminal/progress.ts'

const command = 'npm run drill:restore'

interface Options {
  tickets: number
  disaster: Disaster
  withoutRepair?: boolean
  json?: string
}

const program = new Command('npm run drill:restore --')
  .description(
    'Damages a stack of its own under traffic, restores each table from a backup of its own moment, repairs them, puts them into service and checks every invariant. Prints what was lost (RPO) and how long it took (RTO). Exits 1 when an invariant is broken or a target is missed.',
  )
  .option('--tickets <n>', 'how many conversations to send', positiveNumber, 12)
  .addOption(
    new Option('--disaster <what>', 'every row is lost, or a bad release corrupts what it touches')
      .choices(disasters)
      .default('tables-lost'),
  )
  .option('--without-repair', 'put the tables into service as they were restored: it must end broken')
  .option('--json <file>', 'also write the report as JSON')
  .action(drill)

await runProgram(program)

/** The drill without its repair shows what the repair is for; it is no evidence of a restore. */
async function drill(options: Options): Promise<void> {
  const path = options.disaster === 'tables-lost' ? command : `${command} -- --disaster ${options.disaster}`
  const run = options.withoutRepair ? undefined : beginProofRun(path)
  try {
    const report = await runDrill(options)
    const totals = report.ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
    run?.end([provenWhole({ path, ...totals, figures: drillFigures(report) })])
    if (!report.ok) process.exitCode = 1
  } catch (error) {
    run?.end([provenWhole({ path, passed: 0, failed: 1 })])
    throw error
  }
}

async function runDrill({ tickets, disaster, withoutRepair = false, json }: Options): Promise<DrillReport> {
  const progress = startProgress()
  try {
    const stack = await startTemporaryStack({ onProgress: progress.step })
    let report: DrillReport
    try {
      const { edgeUrl } = stack
      if (edgeUrl === undefined) throw new Error('the drill needs a stack on this machine')
      const tokenFor = cachedTokens(stack.dataDir)
      const options = { tickets, disaster, withoutRepair, tokenFor, onStep: progress.step }
      report = await drillRestore({ ...stack, edgeUrl }, options)
    } finally {
      await stack.stop()
    }
    progress.done()
    console.log(formatDrill(report))
    if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
    return report
  } finally {
    progress.done()
  }
}
