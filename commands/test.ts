import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'

const program = new Command('npm test --')
  .description(
    'Lint, types and every test that needs no network and no Docker. The last line reads: N passed, N failed.',
  )
  .argument('[filter...]', 'only test files whose path contains one of these')
  .parse()

const folder = mkdtempSync(join(tmpdir(), 'steadfast-test-'))
const report = join(folder, 'report.json')
try {
  const lint = await succeeds('biome', ['ci', '--error-on-warnings', '.'])
  const types = await succeeds('tsc', ['--noEmit'])
  const ran = await succeeds('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...program.args,
  ])
  const tests = results()
  const failed = tests.failed + [lint, types].filter((ok) => !ok).length + (!ran && tests.failed === 0 ? 1 : 0)
  const passed = tests.passed + [lint, types].filter((ok) => ok).length
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || tests.passed === 0 ? 1 : 0
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Lint and types count as one check each beside the tests that the runner reports. */
function results(): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const filesThatDidNotRun = testResults.filter(
      (file: { status: string; assertionResults: unknown[] }) =>
        file.status === 'failed' && file.assertionResults.length === 0,
    ).length
    return { passed: numPassedTests, failed: numFailedTests + filesThatDidNotRun }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

function succeeds(command: string, args: string[]): Promise<boolean> {
  console.log(`\n> ${command} ${args.filter((arg) => !arg.includes(folder)).join(' ')}`)
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit' })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}
