import { execFileSync } from 'node:child_process'
import * as z from 'zod'

/** The version that something was shown of: a commit, and whether the work tree differs from it. */
export const Version = z.object({
  /** Absent outside of a Git repository. */
  commit: z.string().optional(),
  changed: z.boolean(),
})
export type Version = z.infer<typeof Version>

/** The version in the current folder. What Git can't tell counts as changed: it is of no known version. */
export function readVersion(): Version {
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain') !== '' }
  } catch {
    return { changed: true }
  }
}

/** The revision that a deployment puts into the outputs of its stage. Undefined when the commit is not known. */
export function revisionOf({ commit, changed }: Version): string | undefined {
  return commit && `${commit}${changed ? changedSuffix : ''}`
}

/** Such sources are those of no commit. */
const changedSuffix = '-changed'

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 }).trim()
}
