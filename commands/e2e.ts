import { Command } from 'commander'
import { reachTarget } from '../proof/target.ts'
import { dataOption, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'
import { formatSkipped, runTests } from './test/run-tests.ts'

/** The suites that neither kill nor restart the stack. */
const suites = ['test/e2e/main-job.e2e.ts', 'test/e2e/notifications.e2e.ts']

/** An emulator may take seconds to start a function, and a saga needs several. */
const testMsMax = 90_000

const program = new Command('npm run e2e --')
  .description('Runs the end-to-end suite against a running target.')
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--webhook-host <name>', 'the name by which functions reach this machine (Docker: host.docker.internal)')
  .option('--json <file>', 'also write the outcome of each test as JSON')
  .action(e2e)

await runProgram(program)

interface Options {
  target?: string
  data: string
  webhookHost?: string
  json?: string
}

async function e2e({ target, data, webhookHost, json }: Options): Promise<void> {
  const { apiUrl } = await reachTarget({ dataDir: data, apiUrl: target })
  const totals = await runTests([`--testTimeout=${testMsMax}`, ...suites], {
    STEADFAST_E2E_DATA: data,
    STEADFAST_E2E_TARGET: apiUrl,
    ...(webhookHost && { STEADFAST_E2E_WEBHOOK_HOST: webhookHost }),
  })
  if (json) writeJson(json, totals.tests)
  console.log(formatSkipped(totals.tests))
  console.log(`${totals.passed} passed, ${totals.failed} failed`)
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
}
