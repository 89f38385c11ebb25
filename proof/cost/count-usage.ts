import type { AppSettings } from './app-settings.ts'
import { capacityOf } from './capacity.ts'
import type { Usage } from './usage.ts'

/** What AWS counts, in total: the figures by which a run and the model are compared. */
export interface Counts {
  requests: number
  invocations: number
  databaseCalls: number
  otherCalls: number
  readUnits: number
  writeUnits: number
  transitions: number
}

/** What the model says that a usage amounts to, `runs` times. */
export function countsOf(usage: Usage, settings: AppSettings, runs: number): Counts {
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)
  const units = usage.database.map((call) => ({ call, ...capacityOf(call, settings.tables) }))
  return {
    requests: runs * usage.requests,
    invocations: runs * sum(usage.invocations),
    databaseCalls: runs * units.reduce((total, { call }) => total + call.times, 0),
    otherCalls: runs * sum(usage.calls),
    readUnits: runs * units.reduce((total, { call, read }) => total + call.times * read, 0),
    writeUnits: runs * units.reduce((total, { call, write }) => total + call.times * write, 0),
    transitions: runs * usage.transitions,
  }
}

export function addCounts(all: readonly Counts[]): Counts {
  const total = {
    requests: 0,
    invocations: 0,
    databaseCalls: 0,
    otherCalls: 0,
    readUnits: 0,
    writeUnits: 0,
    transitions: 0,
  }
  for (const counts of all) for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name]
  return total
}

/** The figures that differ by `share` or more, in words. */
export function differences(expected: Counts, actual: Counts, share: number): string[] {
  return (Object.keys(expected) as (keyof Counts)[]).flatMap((name) => {
    const [a, b] = [expected[name], actual[name]]
    return Math.abs(a - b) < share * Math.max(b, 1e-9) || a === b ? [] : [`${name}: ${a} by the model, ${b} counted`]
  })
}
