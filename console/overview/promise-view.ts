import type { Light, Promises } from '../wire.ts'

export interface PromiseView {
  headline: string
  /** The worst of all lights. */
  light: Light | 'unknown'
  /** `checked 4 s ago in 310 ms`. */
  note: string
  /** Those that do not hold, broken ones first. */
  troubles: Promises['invariants']
}

const rank: Record<Light, number> = { broken: 0, suspect: 1, holds: 2 }

/** What the promises come to. */
export function promiseView(promises: Promises | undefined, nowMs: number): PromiseView {
  if (!promises) return { headline: 'The promises are being checked', light: 'unknown', note: '', troubles: [] }
  const { invariants, checkedAt, ms } = promises
  const troubles = invariants.filter(({ light }) => light !== 'holds').toSorted((a, b) => rank[a.light] - rank[b.light])
  const broken = troubles.filter(({ light }) => light === 'broken').length
  const light = broken > 0 ? 'broken' : troubles.length > 0 ? 'suspect' : 'holds'
  const agoSeconds = Math.max(0, Math.round((nowMs - Date.parse(checkedAt)) / 1_000))
  return {
    headline: headlineOf(invariants.length, troubles.length, broken),
    light,
    note: `read ${agoSeconds} s ago in ${ms} ms${light === 'suspect' ? '; the rest may be under way, and is read again' : ''}`,
    troubles,
  }
}

function headlineOf(all: number, troubled: number, broken: number): string {
  if (broken > 0) return `${broken} of ${all} promises ${broken === 1 ? 'is' : 'are'} broken`
  if (troubled > 0) return `${all - troubled} of ${all} promises hold`
  return `All ${all} promises hold`
}
