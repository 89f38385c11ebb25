import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyRows } from '../../proof/bench/copy-rows.ts'
import { type LoadFigures, type LoadSettings, measureLoad } from '../../proof/bench/measure-load.ts'
import { usageOfTree } from '../../proof/bench/process-tree.ts'
import { cachedTokens } from '../load/cached-tokens.ts'
import type { EmulatorName } from '../stack/emulators.ts'
import type { ProgressDisplay } from '../terminal/progress.ts'
import type { StackRow } from './format-stacks.ts'
import { type BenchTarget, startEmbedded, startOther } from './targets.ts'

export interface StackSettings extends LoadSettings {
  with: readonly EmulatorName[]
  rounds: number
  /** Stored tickets for the measurement of growth; 0 leaves it out. */
  tickets: number
}

/** Measures the embedded stack, and others beside it: throughput until everything is done, CPU time per effect, memory, starts. */
export async function benchStacks(settings: StackSettings, progress: ProgressDisplay): Promise<StackRow[]> {
  const rows = await benchEmbedded(settings, progress)
  for (const name of settings.with) {
    progress.step(`Starting ${name}`)
    const other = await startOther(name)
    const startSeconds = { cold: other.startSeconds }
    rows.push({ name, startSeconds, ...(await measure(other, name, settings, progress).finally(other.stop)) })
  }
  return rows
}

async function benchEmbedded(settings: StackSettings, progress: ProgressDisplay): Promise<StackRow[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-bench-'))
  try {
    progress.step('Starting embedded')
    const cold = await startEmbedded(dataDir)
    await cold.stop()
    const warm = await startEmbedded(dataDir)
    const startSeconds = { cold: cold.startSeconds, warm: warm.startSeconds }
    const figures = await measure(warm, 'embedded', settings, progress).finally(warm.stop)
    const rows: StackRow[] = [{ name: 'embedded', startSeconds, ...figures }]
    if (settings.tickets > 0) rows.push(await benchFilled(dataDir, settings, progress))
    return rows
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function benchFilled(dataDir: string, settings: StackSettings, progress: ProgressDisplay): Promise<StackRow> {
  const count = settings.tickets.toLocaleString('en')
  progress.step(`Storing ${count} tickets`)
  await fill(dataDir, settings.tickets)
  const filled = await startEmbedded(dataDir)
  const name = `embedded, ${count} tickets`
  const figures = await measure(filled, name, settings, progress).finally(filled.stop)
  return { name, startSeconds: { warm: filled.startSeconds }, ...figures }
}

/** Copies a ticket and its events into the data of a stack that has measured before and is stopped afterwards. */
async function fill(dataDir: string, count: number): Promise<void> {
  const { target, stop } = await startEmbedded(dataDir)
  const { rows } = await target.store.scan({ table: 'Tickets', limit: 100 }).finally(stop)
  const { TicketsTable = '', EventsTable = '' } = target.outputs
  const ticketId = String(rows.find((row) => row.ticketId !== undefined)?.ticketId)
  copyRows(join(dataDir, 'dynamodb', 'data.db'), { tables: [TicketsTable, EventsTable], ticketId, count })
}

/** The median of the rounds, after one that warms the functions up. */
async function measure(
  { target, pid }: BenchTarget,
  name: string,
  { rounds, ...settings }: StackSettings,
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
