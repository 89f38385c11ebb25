import { spawnSync } from 'node:child_process'
import { Command } from 'commander'
import { reachTarget } from '../proof/target.ts'
import { dataOption, runProgram } from './run-program.ts'
import { targetOption } from './target-option.ts'

/** Those that neither kill nor restart what they run on. */
const suites = ['test/e2e/main-job.e2e.ts', 'test/e2e/notifications.e2e.ts']

const program = new Command('npm run e2e --')
  .description('The end-to-end suite against any running target.')
  .addOption(targetOption())
  .addOption(dataOption())
  .action(async ({ target, data }: { target?: string; data: string }) => {
    const { apiUrl } = await reachTarget({ dataDir: data, apiUrl: target })
    const env = { ...process.env, STEADFAST_E2E_DATA: data, STEADFAST_E2E_TARGET: apiUrl }
    const { status } = spawnSync('vitest', ['run', ...suites], { stdio: 'inherit', env })
    process.exitCode = status ?? 1
  })

await runProgram(program)
