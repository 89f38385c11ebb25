import { Command } from 'commander'
import { beginProofRun, type ProvenFile, provenWhole } from '../proof/readiness/proof-run.ts'
import { runProgram } from './program/run-program.ts'
import type { Tool } from './program/tool.ts'
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
  const repeat = ['npm test --', ...filters].join(' ')
  const run = beginProofRun(`${repeat} --seed ${seed}`, seed)
  const checks = await Promise.all([
    check('biome', ['ci', '--error-on-warnings', '.']),
    // The console has the DOM, which nothing else may use.
    check('tsc', ['--noEmit'], ['--noEmit', '--project', 'console']),
  ])
  const tests = await runTests(filters, { SEED: String(seed) })
  const passed = sumOf('passed', [tests, ...checks])
  const failed = sumOf('failed', [tests, ...checks])
  const skipped = sumOf('skipped', tests.files)
  // A run of some files says nothing about the others.
  const whole = filters.length === 0 ? [provenWhole({ path: 'npm test', passed, failed, skipped })] : []
  run.end([...whole, ...checks, ...tests.files])
  printTotals({ ...tests, passed, failed }, seed, repeat)
  process.exitCode = failed > 0 || tests.passed === 0 ? 1 : 0
}

/** Runs the tool once with each list of arguments. */
async function check(tool: Tool, ...runs: readonly (readonly string[])[]): Promise<ProvenFile> {
  const ended = await Promise.all(runs.map((args) => succeeds(tool, args)))
  const ok = ended.every(Boolean)
  return provenWhole({ path: tool, passed: ok ? 1 : 0, failed: ok ? 0 : 1 })
}

function sumOf<Of extends string>(of: Of, counts: readonly Record<Of, number>[]): number {
  return counts.reduce((sum, each) => sum + each[of], 0)
}
