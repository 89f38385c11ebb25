import type { KnownGap, ProvableItem, ReadinessItem } from './item.ts'
import { filesThatMaySkip } from './practices.ts'
import type { ProofRun, ProvenFile } from './proof-run.ts'
import type { Version } from './version.ts'

/**
 * - `proven`: everything that proves it has passed on this commit.
 * - `partly`: passed, but tests of it were skipped.
 * - `stale`: the newest run was of another commit, or of a work tree with changes.
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
}

export interface JudgedItem {
  item: ReadinessItem
  state: State
  verdicts: readonly FileVerdict[]
}

/** Judges each item by what ran; `runs` are the newest first. A known gap is missing, whatever ran. */
export function judge(items: readonly ReadinessItem[], runs: readonly ProofRun[], version: Version): JudgedItem[] {
  return items.map((item) => (isGap(item) ? { item, state: 'missing', verdicts: [] } : judgeItem(item, runs, version)))
}

export function isGap(item: ReadinessItem): item is KnownGap {
  return 'missing' in item
}

function judgeItem(item: ProvableItem, runs: readonly ProofRun[], version: Version): JudgedItem {
  const verdicts = item.provenBy.map((path) => judgeFile(path, runs, version))
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
  return { path, run, result, state: isOfThisVersion(run) ? stateOf(result) : result.failed > 0 ? 'failed' : 'stale' }
}

function stateOf({ path, passed, failed, skipped }: ProvenFile): State {
  if (failed > 0) return 'failed'
  if (passed === 0) return 'unrun'
  return skipped > 0 && !filesThatMaySkip.has(path) ? 'partly' : 'proven'
}
