import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadSettings } from '../../proof/bench/measure-load.ts'
import { measureRelay } from '../../proof/bench/measure-relay.ts'
import { measureRepair } from '../../proof/bench/measure-repair.ts'
import { judge } from '../../proof/bench/writes/goals.ts'
import { measureGrowth } from '../../proof/bench/writes/measure-growth.ts'
import { measureWrites } from '../../proof/bench/writes/measure-writes.ts'
import { cachedTokens } from '../load/cached-tokens.ts'
import type { EmulatorName } from '../stack/emulators.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'
import type { ProgressDisplay } from '../terminal/progress.ts'
import { benchFunctions } from './bench-functions.ts'
import { benchStacks } from './bench-stacks.ts'
import { formatFunctions } from './format-functions.ts'
import { formatRelay } from './format-relay.ts'
import { formatRepair } from './format-repair.ts'
import { formatStacks } from './format-stacks.ts'
import { formatGrowth, formatWrites } from './format-writes.ts'
import { startEmbedded } from './targets.ts'

export interface BenchOptions extends LoadSettings {
  /** Rounds of each suite; its own number by default. */
  rounds?: number
  /** For the suites `writes` and `growth`: how many clients send at once. */
  clients: number[]
  requests: number
  sizes: number[]
  /** For the suite `relay`: tickets that are opened per second. */
  perSecond: number
  /** For the suite `repair`: how many rows are repaired. */
  rows: number
  /** For the suite `embedded`: emulators that are measured as well. */
  with: EmulatorName[]
  tickets: number
  cores: number
}

/** What a suite found: as Markdown, and for `--json`. */
interface Result {
  text: string
  figures: unknown
}

interface Suite {
  measures: string
  run(options: BenchOptions, progress: ProgressDisplay): Promise<Result>
}

export const suites = {
  writes: {
    measures:
      'the write path beside AWS Powertools’ idempotency and a naive read, then write, around the same business write',
    async run({ clients, requests, rounds = 12 }, progress) {
      const settings = { clients, requests, rounds }
      const report = await measureWrites(settings, progress.step)
      return { text: formatWrites(report, settings), figures: { settings, ...report, goals: judge(report.ratios) } }
    },
  },
  growth: {
    measures: 'the write path beside ever more stored tickets and outbox rows',
    async run({ sizes, requests, rounds = 20 }, progress) {
      const settings = { sizes, requests, rounds }
      const rows = await measureGrowth(settings, progress.step)
      return { text: formatGrowth(rows, settings), figures: { settings, rows } }
    },
  },
  relay: {
    measures: 'the time from commit to consumer on the embedded stack',
    async run({ unique: tickets, perSecond }, progress) {
      const settings = { tickets, perSecond }
      const rows = await onEmbedded(progress, async (target) => {
        const tokenFor = cachedTokens(target.dataDir)
        progress.step('Warming up')
        await measureRelay(target, tokenFor, { tickets: 60, perSecond })
        progress.step(`Opening ${tickets} tickets`)
        return measureRelay(target, tokenFor, settings)
      })
      return { text: formatRelay(rows, settings), figures: { settings, rows } }
    },
  },
  repair: {
    measures: 'time and memory of the repair of restored tables, beside its reads and writes',
    async run({ rows: rowsMin }, progress) {
      progress.step(`Planning the repair of ${rowsMin} rows`)
      const usage = await measureRepair(rowsMin)
      return { text: formatRepair(usage), figures: usage }
    },
  },
  functions: {
    measures: 'size, load time and cold start of every function',
    async run({ rounds = 3 }, progress) {
      const rows = await benchFunctions(rounds, progress)
      return { text: formatFunctions(rows, rounds), figures: rows }
    },
  },
  embedded: {
    measures: 'the embedded stack, and others beside it: throughput, CPU time, memory, starts',
    async run({ rounds = 3, ...options }, progress) {
      await synthesizeApp(progress.step)
      const rows = await benchStacks({ ...options, rounds }, progress)
      return { text: formatStacks(rows, { ...options, rounds }), figures: rows }
    },
  },
} as const satisfies Record<string, Suite>

export type SuiteName = keyof typeof suites
export const suiteNames = Object.keys(suites) as SuiteName[]

async function onEmbedded<T>(
  progress: ProgressDisplay,
  use: (target: Awaited<ReturnType<typeof startEmbedded>>['target']) => Promise<T>,
): Promise<T> {
  await synthesizeApp(progress.step)
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-bench-'))
  try {
    progress.step('Starting embedded')
    const { target, stop } = await startEmbedded(dataDir)
    return await use(target).finally(stop)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
