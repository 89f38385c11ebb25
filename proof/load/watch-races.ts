import { build } from 'hdr-histogram-js'
import type { LoadProgress, Race, RaceOutcome } from '../../console/wire-load.ts'
import { isSuccess, type RequestAttempt } from './attempt.ts'

/** A viewer can follow so many. */
const racesKept = 8

/** Follows how the copies of each request are answered, in bounded memory: of ended races only the newest are kept. */
export interface RaceWatch {
  add(attempt: RequestAttempt): void
  soFar(): Pick<LoadProgress, 'answers' | 'latencyMs' | 'races'>
}

export function watchRaces(copies: number): RaceWatch {
  const underWay = new Map<string, Race>()
  let ended: Race[] = []
  const answers: LoadProgress['answers'] = { committed: 0, replayed: 0, refused: 0, lost: 0 }
  const latency = build({ numberOfSignificantValueDigits: 3 })
  const percentile = (share: number) =>
    Math.round(Math.min(latency.getValueAtPercentile(share), latency.maxValue) / 100) / 10

  return {
    add(attempt) {
      const { key, copy, latencyMs } = attempt
      const outcome = outcomeOf(attempt)
      answers[outcome]++
      if (outcome !== 'lost') latency.recordValue(Math.max(1, Math.round(latencyMs * 1_000)))
      const race = underWay.get(key) ?? { key, answers: [] }
      race.answers.push({ copy, outcome, ms: Math.round(latencyMs * 10) / 10 })
      underWay.set(key, race)
      const answered = new Set(race.answers.filter((each) => isFinal(each.outcome)).map((each) => each.copy))
      if (answered.size < copies) return
      underWay.delete(key)
      ended = [race, ...ended].slice(0, racesKept)
    },
    soFar: () => ({
      answers: { ...answers },
      latencyMs: { p50: percentile(50), p90: percentile(90), p99: percentile(99), max: percentile(100) },
      races: ended,
    }),
  }
}

const isFinal = (outcome: RaceOutcome) => outcome === 'committed' || outcome === 'replayed'

function outcomeOf(attempt: RequestAttempt): RaceOutcome {
  if (attempt.outcome === 'lost') return 'lost'
  if (!isSuccess(attempt)) return 'refused'
  return attempt.replayed ? 'replayed' : 'committed'
}
