import { readFileSync } from 'node:fs'
import type { TestOutcome } from '../../commands/test/totals-reporter.ts'
import { runTool } from '../../localstack/host/run-tool.ts'
import { inheritedEnvironment } from '../fixtures/inherited-environment.ts'

/** The project's commands as a user runs them, for one endpoint and data folder; in a copy of the project, if `cwd` is one. */
export function commandsFor(dataDir: string, endpointUrl?: string, cwd = process.cwd()) {
  const env = { ...inheritedEnvironment(), ...(endpointUrl && { AWS_ENDPOINT_URL: endpointUrl }) }
  const run = (name: string, ...args: string[]) =>
    runTool(process.execPath, ['commands/run.mjs', name, ...args, '--data', dataDir], { env, cwd })
  return {
    /** Rejects with the end of the command's output when it fails. */
    run,
    /** Runs the end-to-end suite, which reports to a file, and returns the outcome of each test. Rejects when one fails. */
    async endToEnd(file: string): Promise<TestOutcome[]> {
      await run('e2e', '--json', file)
      return JSON.parse(readFileSync(file, 'utf8'))
    },
  }
}
