import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readVersion, Version } from './version.ts'

/** What one test file, check or drill came to in a run. */
const ProvenFile = z.object({
  /** A test file from the root of the repository; of what is no test file, the command, such as `npm run drill:restore`. */
  path: z.string(),
  seconds: z.number(),
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  /** Why tests were skipped, each reason once. */
  skipReasons: z.array(z.string()),
  /** What was measured, with units, such as `RTO`: `41 s`. */
  figures: z.record(z.string(), z.string()),
  /** How often things happened that the tests are about. */
  counts: z.record(z.string(), z.number()).default({}),
})
export type ProvenFile = z.infer<typeof ProvenFile>

/** The result of something of which only the totals are known. */
export function provenWhole(
  totals: Pick<ProvenFile, 'path' | 'passed' | 'failed'> & Partial<Pick<ProvenFile, 'skipped' | 'figures'>>,
): ProvenFile {
  return { seconds: 0, skipped: 0, skipReasons: [], figures: {}, counts: {}, ...totals }
}

/** One run of tests or of a drill: the only evidence that the readiness sheet takes. */
export const ProofRun = z.object({
  /** What repeats it. */
  command: z.string(),
  version: Version,
  seed: z.int().optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  node: z.string(),
  files: z.array(ProvenFile),
})
export type ProofRun = z.infer<typeof ProofRun>

/** Ignored by Git: evidence is about one version, so it can't be part of one. */
export const proofRunsDir = '.readiness'

/** Newer runs are kept in any case, older ones while they have the newest result of a file. */
const keptMin = 50

/** Notes version and time now; `end` keeps the run with its results. */
export function beginProofRun(command: string, seed?: number, dir = proofRunsDir) {
  const before = readVersion()
  const startedAt = new Date().toISOString()
  return {
    /** A run that can't be kept is no failure of what it ran, but it proves nothing: it says so on stderr. */
    end(files: readonly ProvenFile[]): void {
      const after = readVersion()
      const changed = before.changed || after.changed || before.commit !== after.commit
      try {
        saveProofRun(dir, {
          command,
          version: { ...before, changed },
          ...(seed !== undefined && { seed }),
          startedAt,
          endedAt: new Date().toISOString(),
          node: process.versions.node,
          files: [...files],
        })
      } catch (error) {
        console.error(`this run is no evidence for "npm run doctor": it could not be kept in ${dir}: ${error}`)
      }
    },
  }
}

/** Writes a run to a file of its own: whole or not at all, and two at once do not meet. */
export function saveProofRun(dir: string, run: ProofRun): void {
  mkdirSync(dir, { recursive: true })
  const name = `${run.endedAt.replaceAll(/[:.]/g, '-')}-${process.pid}`
  const temporary = join(dir, `${name}.tmp`)
  writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`)
  renameSync(temporary, join(dir, `${name}.json`))
  removeSuperseded(dir)
}

function removeSuperseded(dir: string): void {
  const seen = new Set<string>()
  for (const [index, { path, run }] of readEach(dir).entries()) {
    const isNews = run.files.some(({ path: file }) => !seen.has(file))
    if (index >= keptMin && !isNews) rmSync(path, { force: true })
    for (const file of run.files) seen.add(file.path)
  }
}

/** Every kept run, the newest first, and the files that could not be read as one. */
export function readProofRuns(dir = proofRunsDir): { runs: ProofRun[]; unreadable: string[] } {
  const unreadable: string[] = []
  const runs = readEach(dir, (path) => unreadable.push(path)).map(({ run }) => run)
  return { runs, unreadable }
}

function readEach(dir: string, onUnreadable: (path: string) => void = () => {}): { path: string; run: ProofRun }[] {
  const read = namesIn(dir).flatMap((name) => {
    const path = join(dir, name)
    try {
      return [{ path, run: ProofRun.parse(JSON.parse(readFileSync(path, 'utf8'))) }]
    } catch {
      onUnreadable(path)
      return []
    }
  })
  return read.toSorted((a, b) => b.run.endedAt.localeCompare(a.run.endedAt))
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}
