import { Command } from 'commander'
import { beginProofRun, type ProvenFile, provenWhole } from '../proof/readiness/proof-run.ts'
import { runProgram } from './program/run-program.ts'
import { installAhead } from './test/install-ahead.ts'
import { atOnceOf, type LongPart, longParts } from './test/long-parts.ts'
import { atOnce, printTotals, randomSeed, runTests, seedOption } from './test/run-tests.ts'
import type { TestTotals } from './test/totals-reporter.ts'

interface Options {
  all: boolean
  seed?: number
}

const program = new Command('npm run test:long --')
  .description(
    'The long proofs, all of them or the part that is named; those that leave processor time idle beside each other. A part that takes longer than its share of CI runs a random sample. The last line reads: N passed, N failed.',
  )
  .argument('[part]', 'one part; "list" names them, with what each proves and its usual time')
  .option('--all', 'every case instead of a sample', false)
  .addOption(seedOption())
  .action((name: string | undefined, options: Options) => (name === 'list' ? list() : testLong(name, options)))

await runProgram(program)

function list(): void {
  const width = Math.max(...longParts.map(({ name }) => name.length))
  for (const { name, proves, minutes, minutesWithAll } of longParts) {
    const time = minutesWithAll > minutes ? `${minutes} min, with --all ${minutesWithAll} min` : `${minutes} min`
    console.log(`${name.padEnd(width)}  ${proves} (${time})`)
  }
}

async function testLong(name: string | undefined, { all, seed = randomSeed() }: Options): Promise<void> {
  const parts = name === undefined ? longParts : [findPart(name)]
  const env = { SEED: String(seed), ...(all && { EVERY_CASE: '1' }) }
  const repeat = ['npm run test:long --', ...(name ? [name] : []), ...(all ? ['--all'] : [])].join(' ')
  const run = beginProofRun(`${repeat} --seed ${seed}`, seed)
  const runs: (TestTotals | undefined)[] = []
  const installed = name === undefined ? installAhead() : undefined
  const ofKind = (kind: LongPart['shares']) => parts.filter(({ shares }) => shares === kind)
  runs.push(await runParts(ofKind(undefined), env))
  await installed
  for (const kind of ['proof', 'emulator'] as const)
    runs.push(await runParts(ofKind(kind), env, atOnce(atOnceOf[kind])))
  const totals = sumOf(runs)
  run.end([...totals.files, ...lostFiles(parts, totals)])
  printTotals(totals, seed, repeat)
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0
}

async function runParts(
  parts: readonly LongPart[],
  env: Record<string, string>,
  options: readonly string[] = [],
): Promise<TestTotals | undefined> {
  if (parts.length === 0) return undefined
  return runTests(['--config', 'vitest.long.config.ts', ...options, ...parts.map(({ file }) => file)], env)
}

function sumOf(runs: readonly (TestTotals | undefined)[]): TestTotals {
  const all = runs.filter((run) => run !== undefined)
  const count = (of: 'passed' | 'failed') => all.reduce((sum, run) => sum + run[of], 0)
  return {
    passed: count('passed'),
    failed: count('failed'),
    tests: all.flatMap(({ tests }) => tests),
    files: all.flatMap(({ files }) => files),
  }
}

/** A run that ended without results has failed in every file that it was to run. */
function lostFiles(parts: readonly LongPart[], { files }: TestTotals): ProvenFile[] {
  const known = new Set(files.map(({ path }) => path))
  const lost = parts.filter(({ file }) => !known.has(file))
  return lost.map(({ file }) => provenWhole({ path: file, passed: 0, failed: 1 }))
}

/** Throws one line that names the parts. */
function findPart(name: string): LongPart {
  const part = longParts.find((candidate) => candidate.name === name)
  if (!part) throw new Error(`there is no part ${name}: ${longParts.map((known) => known.name).join(', ')}`)
  return part
}
