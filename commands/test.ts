import { Command } from 'commander'
import { runProgram } from './program/run-program.ts'
import { printTotals, randomSeed, runTests, seedOption, succeeds } from './test/run-tests.ts'

const program = new Command('npm test --')
  .description(
    'Lint, types and the tests that guard every promise: no network, no Docker. Of each long proof a random sample runs; "npm run test:long" runs the rest. The last line reads: N passed, N failed.',
  )
  .argument('[filter...]', 'only test files whose path contains one of these')
  .addOption(seedOption())
  .action(test)

await runProgram(program)

/** Lint and types count as one check each. */
async function test(filters: string[], { seed = randomSeed() }: { seed?: number }): Promise<void> {
  const checks = await Promise.all([
    succeeds('biome', ['ci', '--error-on-warnings', '.']),
    succeeds('tsc', ['--noEmit']),
  ])
  const tests = await runTests(filters, { SEED: String(seed) })
  const passed = tests.passed + checks.filter((ok) => ok).length
  const failed = tests.failed + checks.filter((ok) => !ok).length
  printTotals({ ...tests, passed, failed }, seed, ['npm test --', ...filters].join(' '))
  process.exitCode = failed > 0 || tests.passed === 0 ? 1 : 0
}
