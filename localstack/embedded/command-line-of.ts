import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const limitMs = 10_000

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

function askPs(column: string, pid: number): string {
  return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8', timeout: limitMs }).trim()
}

/** Windows has no ps; PowerShell 5 or newer is part of it. Takes about half a second. */
function askWindows(expression: string): string {
  const args = ['-NoProfile', '-NonInteractive', '-Command', expression]
  return execFileSync('powershell.exe', args, { encoding: 'utf8', windowsHide: true, timeout: limitMs }).trim()
}
