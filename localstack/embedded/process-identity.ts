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

/** The command line of a process, as one string; undefined when there is no such process. */
export function commandLineOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    process.kill(pid, 0)
    return process.platform === 'win32'
      ? askWindows(`(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`)
      : askPs('command=', pid)
  } catch {
    return undefined
  }
}

function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxStart(pid)
    process.kill(pid, 0)
    return process.platform === 'win32'
      ? askWindows(`(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`)
      : askPs('lstart=', pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined
  }
}

function askPs(column: string, pid: number): string {
  return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim()
}

/** Windows has no ps; PowerShell 5 or newer is part of it. Takes about half a second. */
function askWindows(expression: string): string {
  const args = ['-NoProfile', '-NonInteractive', '-Command', expression]
  return execFileSync('powershell.exe', args, { encoding: 'utf8', windowsHide: true }).trim()
}

/** proc(5): the 22nd field is the start time; the second, the program's name, may hold spaces and brackets. A zombie is gone. */
function linuxStart(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : rest[18]
}
