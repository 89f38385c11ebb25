import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its descendants have used. */
export interface TreeUsage {
  /** CPU time of all of them since each began, also of those that have ended since, in milliseconds. */
  cpuMs: number
  /**
   * The same by thread name, as threads are named now (15 characters at most): `main` is the main thread of the first process, every other
   * process is one name. Threads that have ended are missing.
   */
  cpuMsByThread: Record<string, number>
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
    cpuMsByThread: sumByName([...threadsOf(rootPid), ...tree.slice(1).map(({ name, cpuMs }) => ({ name, cpuMs }))]),
    memoryMb: tree.reduce((sum, { pid }) => sum + pssMb(pid), 0),
  }
}

/** USER_HZ, which is 100 on every common architecture (time(7)). */
const msPerTick = 10

/** Fields 4 and 14 to 17: parent, and user and system time of the process and of its children that have ended. */
function readStat(pid: number): Stat | undefined {
  return parseStat(pid, readProc(`${pid}/stat`))
}

interface Stat {
  pid: number
  parent: number
  name: string
  cpuMs: number
}

/** The threads of a process. */
function threadsOf(pid: number): Pick<Stat, 'name' | 'cpuMs'>[] {
  const ids = listProc(`${pid}/task`).map(Number)
  return ids.flatMap((id) => {
    const stat = parseStat(id, readProc(`${pid}/task/${id}/stat`))
    return stat ? [{ name: id === pid ? 'main' : stat.name, cpuMs: stat.cpuMs }] : []
  })
}

function sumByName(parts: readonly Pick<Stat, 'name' | 'cpuMs'>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { name, cpuMs } of parts) sums[name] = (sums[name] ?? 0) + cpuMs
  return sums
}

function parseStat(pid: number, stat: string | undefined): Stat | undefined {
  if (stat === undefined) return undefined
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0)
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  return { pid, parent: fields[1] ?? 0, name, cpuMs: ticks * msPerTick }
}

function pssMb(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readProc(`${pid}/smaps_rollup`) ?? '')?.[1] ?? 0) / 1024
}

/** Empty for a process that has ended meanwhile. */
function listProc(path: string): string[] {
  try {
    return readdirSync(`/proc/${path}`)
  } catch {
    return []
  }
}

/** Undefined for a process that has ended meanwhile. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return undefined
  }
}
