import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its descendants have used. */
export interface TreeUsage {
  /** CPU time of all of them since each began, also of those that have ended since, in milliseconds. */
  cpuMs: number
  /** Memory in MB; pages that several share are counted once (PSS). */
  memoryMb: number
}

/** Linux only, from proc(5); undefined elsewhere. */
export function usageOfTree(rootPid: number): TreeUsage | undefined {
  if (process.platform !== 'linux') return undefined
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? [])
  const children = Map.groupBy(stats, ({ parent }) => parent)
  const tree = stats.filter(({ pid }) => pid === rootPid)
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []))
  return {
    cpuMs: tree.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memoryMb: tree.reduce((sum, { pid }) => sum + pssMb(pid), 0),
  }
}

/** USER_HZ, which is 100 on every common architecture (time(7)). */
const msPerTick = 10

/** Fields 4 and 14 to 17: parent, and user and system time of the process and of its children that have ended. */
function readStat(pid: number): { pid: number; parent: number; cpuMs: number } | undefined {
  const stat = readProc(`${pid}/stat`)
  if (stat === undefined) return undefined
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0)
  return { pid, parent: fields[1] ?? 0, cpuMs: ticks * msPerTick }
}

function pssMb(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readProc(`${pid}/smaps_rollup`) ?? '')?.[1] ?? 0) / 1024
}

/** Undefined for a process that has ended meanwhile. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined
  }
}
