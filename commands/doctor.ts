import { Command, Option } from 'commander'
import { readinessItems } from '../proof/readiness/catalogue.ts'
import { formatGate, formatSheet } from '../proof/readiness/format-sheet.ts'
import { judge } from '../proof/readiness/judge.ts'
import { proofRunsDir, readProofRuns } from '../proof/readiness/proof-run.ts'
import { countStates, reasonsAgainst, runsOf, type Sheet } from '../proof/readiness/sheet.ts'
import { readStackRuns, revisionLines, type StackLine } from '../proof/readiness/stack-runs.ts'
import { readVersion, type Version } from '../proof/readiness/version.ts'
import { reachTarget } from '../proof/target.ts'
import { targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { longParts } from './test/long-parts.ts'

interface Options {
  gate?: 'prod'
  json?: true
  data?: string
  target?: string
}

const program = new Command('npm run doctor --')
  .description(
    `The readiness sheet: each practice, invariant, alarm and long proof with the run that has shown it for this commit, and what is not shown. Its evidence is what test runs and drills leave in ${proofRunsDir}/.`,
  )
  .addOption(new Option('--gate <gate>', 'exit 1, with the reasons, unless everything is shown').choices(['prod']))
  .option('--json', 'as one JSON object')
  .option('--data <dir>', 'also read the ledger of runs of the stack in this data folder')
  .addOption(targetOption())
  .action(doctor)

await runProgram(program)

async function doctor(options: Options): Promise<void> {
  const { gate, json, data, target } = options
  const { runs, unreadable } = readProofRuns()
  const version = readVersion()
  const stack = data === undefined && target === undefined ? undefined : await readStack(options, version)
  const sheet: Sheet = {
    version,
    items: judge(readinessItems(longParts), runs, version, Date.now()),
    unreadable,
    stack,
  }
  const reasons = reasonsAgainst(sheet, longParts)
  if (json) console.log(JSON.stringify(toJson(sheet, reasons), null, 2))
  else console.log(formatSheet(sheet, longParts))
  if (!gate) return
  if (!json) console.log(`\n${formatGate(gate, reasons)}`)
  if (reasons.length > 0) process.exitCode = 1
}

async function readStack({ data = '.steadfast', target: apiUrl }: Options, version: Version): Promise<StackLine[]> {
  const target = await reachTarget({ dataDir: data, apiUrl })
  return [...revisionLines(target, version), ...(await readStackRuns(target.store, Date.now()))]
}

/** Runs are named by their place in `runs`, from 1, as in the text. */
function toJson(sheet: Sheet, reasons: readonly string[]) {
  const { version, items, unreadable, stack } = sheet
  const runs = runsOf(sheet)
  return {
    version,
    ready: reasons.length === 0,
    reasons,
    counts: countStates(sheet),
    items: items.map(({ item, state, verdicts }) => ({
      ...item,
      state,
      verdicts: verdicts.map(({ run, ...verdict }) => ({ ...verdict, ...(run && { run: runs.indexOf(run) + 1 }) })),
    })),
    runs: runs.map(({ files: _, ...run }) => run),
    unreadable,
    ...(stack && { stack }),
  }
}
