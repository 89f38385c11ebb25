import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { fillTickets } from '../proof/bench/fill-tickets.ts'
import { drained, type LoadFigures, type LoadSettings, measureLoad } from '../proof/bench/measure-load.ts'
import { usageOfTree } from '../proof/bench/process-tree.ts'
import { type BenchRow, formatBench } from './bench/format-bench.ts'
import { type BenchTarget, startEmbedded, startOther } from './bench/targets.ts'
import { cachedTokens } from './load/cached-tokens.ts'
import { positiveNumber, wholeNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { type EmulatorName, emulatorNames } from './stack/emulators.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'
import { type ProgressDisplay, withProgress } from './terminal/progress.ts'

interface Options extends LoadSettings {
  with: EmulatorName[]
  rounds: number
  tickets: number
  json?: string
}

const program = new Command('npm run bench --')
  .description(
    'Measures the embedded stack, and others beside it in the same run: throughput until everything is done, CPU time per effect, memory, starts, and growth with stored tickets.',
  )
  .addArgument(new Argument('[suite]', 'what to measure').choices(['embedded']).default('embedded'))
  .addOption(
    new Option('--with <names>', `others, separated by commas: ${emulatorNames.join(', ')}`)
      .argParser(readNames)
      .default([]),
  )
  .option('--unique <n>', 'different requests of a round', positiveNumber, 400)
  .option('--copies <n>', 'copies of each request, sent at once', positiveNumber, 3)
  .option('--concurrency <n>', 'how many requests run at the same time', positiveNumber, 16)
  .option('--rounds <n>', 'rounds of each; the table shows the median', positiveNumber, 3)
  .option('--tickets <n>', 'stored tickets for the measurement of growth; 0 leaves it out', wholeNumber, 100_000)
  .option('--json <file>', 'also write the figures as JSON')
  .action((_suite: string, options: Options) => bench(options))

await runProgram(program)

async function bench(options: Options): Promise<void> {
  const rows: BenchRow[] = []
  await withProgress(async (progress) => {
    await synthesizeApp(progress.step)
    rows.push(...(await benchEmbedded(options, progress)))
    for (const name of options.with) {
      progress.step(`Starting ${name}`)
      const other = await startOther(name)
      const startSeconds = { cold: other.startSeconds }
      rows.push({ name, startSeconds, ...(await measure(other, name, options, progress).finally(other.stop)) })
    }
  })
  console.log(formatBench(rows, { ...options, cores: cpus().length }))
  if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
}

async function benchEmbedded(options: Options, progress: ProgressDisplay): Promise<BenchRow[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-bench-'))
  try {
    progress.step('Starting embedded')
    const cold = await startEmbedded(dataDir)
    await cold.stop()
    const warm = await startEmbedded(dataDir)
    const startSeconds = { cold: cold.startSeconds, warm: warm.startSeconds }
    const figures = await measure(warm, 'embedded', options, progress).finally(warm.stop)
    const rows: BenchRow[] = [{ name: 'embedded', startSeconds, ...figures }]
    if (options.tickets > 0) rows.push(await benchFilled(dataDir, options, progress))
    return rows
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function benchFilled(dataDir: string, options: Options, progress: ProgressDisplay): Promise<BenchRow> {
  const filling = await startEmbedded(dataDir)
  await fill(filling, options.tickets, progress).finally(filling.stop)
  const filled = await startEmbedded(dataDir)
  const name = `embedded, ${options.tickets.toLocaleString('en')} tickets`
  const figures = await measure(filled, name, options, progress).finally(filled.stop)
  return { name, startSeconds: { warm: filled.startSeconds }, ...figures }
}

async function fill({ target }: BenchTarget, tickets: number, progress: ProgressDisplay): Promise<void> {
  const step = `Storing ${tickets.toLocaleString('en')} tickets`
  progress.step(step)
  const { rows } = await target.store.scan({ table: 'Tickets', limit: 1 })
  await fillTickets(target, String(rows[0]?.ticketId ?? rows[0]?.id), tickets, (stored) =>
    progress.show({ step, detail: `${step}: ${stored.toLocaleString('en')}` }),
  )
  await drained(target.store)
}

/** The median of the rounds, after one that warms the functions up. */
async function measure(
  { target, pid }: BenchTarget,
  name: string,
  { rounds, ...settings }: Options,
  progress: ProgressDisplay,
): Promise<LoadFigures> {
  const run = () => measureLoad(target, cachedTokens(target.dataDir), () => usageOfTree(pid), settings)
  progress.step(`Warming ${name} up`)
  await run()
  const figures: LoadFigures[] = []
  for (let round = 1; round <= rounds; round++) {
    progress.step(`Measuring ${name}, round ${round} of ${rounds}`)
    figures.push(await run())
  }
  figures.sort((a, b) => a.requestsPerSecond - b.requestsPerSecond)
  const median = figures[Math.floor(figures.length / 2)]
  if (!median) throw new RangeError('no round was measured')
  return median
}

function readNames(text: string): EmulatorName[] {
  const names = text.split(',')
  const isKnown = (name: string): name is EmulatorName => emulatorNames.some((known) => known === name)
  const unknown = names.filter((name) => !isKnown(name))
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: --with takes ${emulatorNames.join(', ')}`)
  return names.filter(isKnown)
}
