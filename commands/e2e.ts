import { spawnSync } from 'node:child_process'
import { Command } from 'commander'
import { reachTarget } from '../proof/target.ts'
import { dataOption, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

/** The suites that neither kill nor restart the stack. */
const suites = ['test/e2e/main-job.e2e.ts', 'test/e2e/notifications.e2e.ts']

const program = new Command('npm run e2e --')
  .description('Runs the end-to-end suite against a running target.')
  .addOption(targetOption())
  .addOption(dataOption())
  .action(e2e)

await runProgram(program)

async function e2e({ target, data }: { target?: string; data: string }): Promise<void> {
  const { apiUrl } = await reachTarget({ dataDir: data, apiUrl: target })
  const env = { ...process.env, STEADFAST_E2E_DATA: data, STEADFAST_E2E_TARGET: apiUrl }
  const { status } = spawnSync('vitest', ['run', ...suites], { stdio: 'inherit', env })
  process.exitCode = status ?? 1
}
