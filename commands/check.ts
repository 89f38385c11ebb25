import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { readAttempts } from '../proof/check/attempts-log.ts'
import { gatherAll } from '../proof/check/gather.ts'
import { formatFindings, runCheck } from '../proof/check/run-check.ts'
import { reachTarget } from '../proof/target.ts'
import { dataOption, runProgram } from './run-program.ts'
import { targetOption } from './target-option.ts'

/** Longer than an event takes to its consumers on a busy machine. */
const graceMs = 3_000
const rounds = 10

const program = new Command('npm run check --')
  .description('Reads a stack’s stored data and proves or refutes every invariant, one line each.')
  .addOption(targetOption())
  .addOption(dataOption())
  .action(async ({ target: apiUrl, data }: { target?: string; data: string }) => {
    const target = await reachTarget({ dataDir: data, apiUrl })
    const gather = () => gatherAll(target, readAttempts(data))
    const findings = await runCheck(gather, { graceMs, rounds, sleep: setTimeout })
    console.log(formatFindings(findings))
    const broken = findings.filter(({ violations }) => violations.length > 0)
    if (broken.length > 0) process.exitCode = 1
    console.log(broken.length > 0 ? `${broken.length} invariants are broken` : `all ${findings.length} invariants hold`)
  })

await runProgram(program)
