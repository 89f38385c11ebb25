import type { KnownGap, ProvableItem, ReadinessItem } from './item.ts'
import { filesThatMaySkip } from './practices.ts'
import type { ProofRun, ProvenFile } from './proof-run.ts'
import type { Version } from './version.ts'

/**
 * - `proven`: everything that proves it has passed on this commit.
 * - `partly`: passed, but tests of it were skipped.
 * - `stale`: the newest run was of another commit, or of a work tree with changes, or is older than the item allows.
 * - `unrun`: there is no run.
 */
export type State = 'proven' | 'partly' | 'stale' | 'unrun' | 'failed' | 'missing'

/** The worst first: an item is in the worst state of what proves it. */
const worstFirst: readonly State[] = ['failed', 'unrun', 'stale', 'partly', 'proven']

/** What the newest run says about one test file or command. */
export interface FileVerdict {
  path: string
  state: State
  run?: ProofRun
  result?: ProvenFile
  /** The age of a run that is older than the item allows. */
  ageDays?: number
}

export interface JudgedItem {
  item: ReadinessItem
  state: State
  verdicts: readonly FileVerdict[]
}

/** Judges each item by what ran; `runs` are the newest first. A known gap is missing, whatever ran. */
export function judge(
  items: readonly ReadinessItem[],
  runs: readonly ProofRun[],
  version: Version,
  nowMs: number,
): JudgedItem[] {
  return items.map((item) =>
    isGap(item) ? { item, state: 'missing', verdicts: [] } : judgeItem(item, runs, version, nowMs),
  )
}

export function isGap(item: ReadinessItem): item is KnownGap {
  return 'missing' in item
}

function judgeItem(item: ProvableItem, runs: readonly ProofRun[], version: Version, nowMs: number): JudgedItem {
  const { provenBy, withinDays } = item
  const verdicts = provenBy.map((path) => agedVerdict(judgeFile(path, runs, version), withinDays, nowMs))
  const state = worstFirst.find((each) => verdicts.some((verdict) => verdict.state === each)) ?? 'unrun'
  return { item, state, verdicts }
}

/** The newest run of this very version counts, and without one the newest run of any, which is stale at best. */
function judgeFile(path: string, runs: readonly ProofRun[], { commit }: Version): FileVerdict {
  const withFile = runs.filter(({ files }) => files.some((file) => file.path === path))
  const isOfThisVersion = ({ version }: ProofRun) =>
    commit !== undefined && version.commit === commit && !version.changed
  const run = withFile.find(isOfThisVersion) ?? withFile[0]
  const result = run?.files.find((file) => file.path === path)
  if (!run || !result) return { path, state: 'unrun' }
  if (isOfThisVersion(run)) return { path, run, result, state: stateOf(result) }
  return { path, run, result, state: result.failed > 0 ? 'failed' : 'stale' }
}

/** A proof that is too old is stale, although the version is the same: what surrounds it has changed. */
function agedVerdict(verdict: FileVerdict, withinDays = Number.POSITIVE_INFINITY, nowMs: number): FileVerdict {
  const { run, state } = verdict
  const ageDays = run ? (nowMs - Date.parse(run.endedAt)) / 86_400_000 : 0
  if (ageDays <= withinDays) return verdict
  return { ...verdict, ageDays: Math.floor(ageDays), state: state === 'failed' ? state : 'stale' }
}

function stateOf({ path, passed, failed, skipped }: ProvenFile): State {
  if (failed > 0) return 'failed'
  if (passed === 0) return 'unrun'
  return skipped > 0 && !filesThatMaySkip.has(path) ? 'partly' : 'proven'
}
