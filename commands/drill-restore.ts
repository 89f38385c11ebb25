import { Command, Option } from 'commander'
import { type AwsStageName, awsStageNames } from '../infra/stages.ts'
import { formatSteps } from '../proof/drill/aws/aws-restore.ts'
import { drillFigures, formatDrill } from '../proof/drill/format-drill.ts'
import { type Disaster, type DrillReport, disasters, drillRestore } from '../proof/drill/restore-drill.ts'
import { beginProofRun, provenWhole } from '../proof/readiness/proof-run.ts'
import { readVersion, revisionOf } from '../proof/readiness/version.ts'
import {
  alarmSubscriberOption,
  cdkContextByKey,
  contextOption,
  mailFromOption,
  malwareScanOption,
  type StageSettings,
} from './deploy/stage-settings.ts'
import { awsDryRun } from './drill/aws-dry-run.ts'
import { cachedTokens } from './load/cached-tokens.ts'
import { positiveNumber, storedTime } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'
import { startTemporaryStack } from './stack/temporary-stack.ts'
import { startProgress } from './terminal/progress.ts'

const command = 'npm run drill:restore'

/** Older than the newest point that a table can be restored to on AWS. */
const recentMs = 600_000

interface Options extends StageSettings {
  tickets: number
  disaster: Disaster
  withoutRepair?: boolean
  json?: string
  target: 'local' | 'aws'
  dryRun?: boolean
  stage: AwsStageName
  restoredTo?: string
  damagedFrom?: string
  tableSet: string
  replacedTableSet: string
  account: string
  region: string
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
  .addOption(
    new Option('--target <target>', 'aws: with --dry-run, print every command of a restore on AWS')
      .choices(['local', 'aws'])
      .default('local'),
  )
  .option('--dry-run', 'aws only: execute nothing')
  .addOption(new Option('--stage <stage>', 'aws only: the stage').choices(awsStageNames).default('dev'))
  .option('--restored-to <time>', 'aws only: to which time Tickets is restored (default: ten minutes ago)', storedTime)
  .option(
    '--damaged-from <time>',
    'aws only: when a bad deployment began to damage; without it, tables are lost',
    storedTime,
  )
  .option('--table-set <name>', 'aws only: the name of the new set of tables', 'restored')
  .option('--replaced-table-set <name>', 'aws only: the name of the set in use', 'first')
  .addOption(alarmSubscriberOption())
  .addOption(mailFromOption())
  .addOption(malwareScanOption())
  .addOption(contextOption())
  .option('--account <id>', 'aws only: the account', '111122223333')
  .option('--region <name>', 'aws only: the region', 'eu-west-1')
  .action((options: Options) => (options.target === 'aws' ? printAwsRestore(options) : drill(options)))

await runProgram(program)

function printAwsRestore({ dryRun, restoredTo, ...options }: Options): void {
  if (!dryRun)
    throw new Error(
      'on AWS this restores nothing by itself: print its commands with --dry-run, and run them line by line',
    )
  const defaultTime = new Date(Date.now() - recentMs).toISOString()
  const revision = revisionOf(readVersion())
  const context = { ...cdkContextByKey(options), ...(revision && { revision }) }
  console.log(formatSteps(awsDryRun({ ...options, context, restoredTo: restoredTo ?? defaultTime })))
}

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
    if (json) writeJson(json, report)
    return report
  } finally {
    progress.done()
  }
}
