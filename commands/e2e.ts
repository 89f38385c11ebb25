import { spawnSync } from 'node:child_process'
import { Command } from 'commander'
import { reachTarget } from '../proof/target.ts'
import { dataOption, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { toolCommand } from './program/tool.ts'

/** The suites that neither kill nor restart the stack. */
const suites = ['test/e2e/main-job.e2e.ts', 'test/e2e/notifications.e2e.ts']

const program = new Command('npm run e2e --')
  .description('Runs the end-to-end suite against a running target.')
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--webhook-host <name>', 'the name by which functions reach this machine (Docker: host.docker.internal)')
  .action(e2e)

await runProgram(program)

interface Options {
  target?: string
  data: string
  webhookHost?: string
}

async function e2e({ target, data, webhookHost }: Options): Promise<void> {
  const { apiUrl } = await reachTarget({ dataDir: data, apiUrl: target })
  const env = {
    ...process.env,
    STEADFAST_E2E_DATA: data,
    STEADFAST_E2E_TARGET: apiUrl,
    ...(webhookHost && { STEADFAST_E2E_WEBHOOK_HOST: webhookHost }),
  }
  const { status } = spawnSync(...toolCommand('vitest', ['run', ...suites]), { stdio: 'inherit', env })
  process.exitCode = status ?? 1
}
