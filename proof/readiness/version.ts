import { execFileSync } from 'node:child_process'
import * as z from 'zod'

/** Of what something was shown: a commit, and whether the work tree differs from it. */
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

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
