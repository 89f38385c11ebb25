import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that can be told from a later one with the same id. */
export interface ProcessIdentity {
  pid: number
  /** When it started, as the system tells it; empty where it does not. */
  startedAt: string
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startedAt: startOf(pid) ?? '' }
}

/** Whether exactly this process still runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  const now = startOf(pid)
  return now !== undefined && (startedAt === '' || now === startedAt)
}

function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxStart(pid)
    process.kill(pid, 0)
    if (process.platform === 'win32') return ''
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined
  }
}

/** proc(5): the 22nd field is the start time; the second, the program's name, may hold spaces and brackets. A zombie is gone. */
function linuxStart(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : rest[18]
}
