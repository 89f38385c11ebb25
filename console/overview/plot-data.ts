import type { Second } from '../wire.ts'

/** Columns for a plot: times as epoch seconds, then a column per series, what matters most last, on top; null where there is nothing. */
export type Columns = [times: number[], ...series: (number | null)[][]]

export function throughputColumns(seconds: readonly Second[]): Columns {
  return [
    seconds.map(timeOf),
    seconds.map(({ errors }) => errors),
    seconds.map(({ read }) => read),
    seconds.map(({ replayed }) => replayed),
    seconds.map(({ committed }) => committed),
  ]
}

export function latencyColumns(seconds: readonly Second[]): Columns {
  return [seconds.map(timeOf), seconds.map(({ p99Ms }) => p99Ms ?? null), seconds.map(({ p50Ms }) => p50Ms ?? null)]
}

const timeOf = ({ at }: Second) => Date.parse(at) / 1_000

/** What a plot says in words: the mean of the last ten seconds. */
export function throughputNow(seconds: readonly Second[]): string {
  const last = seconds.slice(-10)
  if (last.length === 0) return 'No request yet'
  const count = last.reduce(
    (sum, { committed, replayed, read, errors }) => sum + committed + replayed + read + errors,
    0,
  )
  return `${(count / last.length).toFixed(count < 100 ? 1 : 0)} per second`
}

/** The newest second that had requests. */
export function latencyNow(seconds: readonly Second[]): string {
  const last = seconds.findLast(({ p50Ms }) => p50Ms !== undefined)
  return last ? `p50 ${duration(last.p50Ms)}, p99 ${duration(last.p99Ms)}` : 'No request yet'
}

/** Written in the unit that people say it in. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** The same for the round numbers of a scale. */
export const axisDuration = (ms: number) => (ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`)
