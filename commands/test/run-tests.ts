import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { type Tool, toolCommand } from '../program/tool.ts'
import { type TestOutcome, type TestTotals, totalsFileVariable } from './totals-reporter.ts'

const slowestShown = 8

/** Where the random picks of a run come from; the same option in every command that runs tests. */
export function seedOption(): Option {
  return new Option('--seed <seed>', 'repeats the random picks of an earlier run')
    .argParser(parseSeed)
    .env('SEED')
    .default(undefined, 'a random one')
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31)
}

function parseSeed(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) >= 2 ** 31)
    throw new InvalidArgumentError('A seed is 0 up to 2147483647.')
  return Number(text)
}

const ownReporters = ['totals-reporter.ts', 'stall-reporter.ts'].map((file) => join(import.meta.dirname, file))

/** Options that run so many files at a time, for those that leave processor time idle. */
export function atOnce(files: number): string[] {
  return ['--fileParallelism', `--maxWorkers=${files}`]
}

/** Runs vitest and returns its totals. A run that ends without totals counts as one failure. */
export async function runTests(args: readonly string[], env: Record<string, string>): Promise<TestTotals> {
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-test-'))
  try {
    const totalsFile = join(folder, 'totals.json')
    const reporters = ['default', ...ownReporters].map((reporter) => `--reporter=${reporter}`)
    const succeeded = await succeeds('vitest', ['run', ...reporters, ...args], {
      ...env,
      [totalsFileVariable]: totalsFile,
    })
    const totals = readTotals(totalsFile)
    return succeeded || totals.failed > 0 ? totals : { ...totals, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readTotals(path: string): TestTotals {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, tests: [], files: [] }
  }
}

/** Runs a tool with this process's output. False when it can't be started or exits with another code than 0. */
export function succeeds(tool: Tool, args: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  console.log(`\n> ${[tool, ...args.filter((arg) => !arg.startsWith('--reporter'))].join(' ')}`)
  return new Promise((resolve) => {
    const child = spawn(...toolCommand(tool, args), { stdio: 'inherit', env: { ...process.env, ...env } })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}

/**
 * The end of every run: its slowest files, what it skipped and why, its seed and how to repeat it, and as the
 * last line `N passed, N failed`.
 */
export function printTotals({ passed, failed, tests, files }: TestTotals, seed: number, repeat: string): void {
  console.log('\nSlowest files:')
  for (const { path, seconds } of files.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestShown))
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`)
  console.log(formatSkipped(tests))
  console.log(`\nRandom picks came from seed ${seed}: "${repeat} --seed ${seed}" repeats them`)
  console.log(`${passed} passed, ${failed} failed`)
}

/** How many tests were skipped, then a line for each with the reason. */
export function formatSkipped(tests: readonly TestOutcome[]): string {
  const skipped = tests.filter(({ state }) => state === 'skipped')
  const lines = skipped.map(({ suite, name, reason }) => `  ${suite} > ${name}: ${reason}`)
  return [`\nSkipped: ${skipped.length}`, ...lines].join('\n')
}
