/**
 * A scenario that is played step by step. `POST play` answers with one message per line, and the play lasts as long as somebody reads them.
 */

/** A scenario as the console offers it. */
export interface PlayableScenario {
  name: string
  title: string
  shows: string
  guard: string
  /** Mistakes that take its guard away, each to be built into a stack of its own. */
  mutants: { name: string; says: string }[]
}

/** What is to be played. Without a mutant there is only the column with the guard. */
export interface PlayChoice {
  scenario: string
  mutant?: string
}

/** Each column is a stack of its own, in a process of its own. */
export type ColumnName = 'guarded' | 'unguarded'

export type PlayMessage = { kind: 'began'; id: string } | ({ column: ColumnName } & ColumnMessage)

/**
 * `drawn`: the picture of a step that is under way, as far as it has come. Steps count from 1. The number after the last step is the check
 * of everything that is stored; it has no `does`.
 */
export type ColumnMessage =
  | { kind: 'progress'; text: string }
  | { kind: 'waiting'; number: number; does?: string }
  | { kind: 'running'; number: number; does?: string }
  | { kind: 'drawn'; number: number; picture: PlayedPicture }
  | { kind: 'step'; number: number; step: PlayedStep }
  | { kind: 'verdict'; verdict: PlayedVerdict }
  | { kind: 'failed'; why: string }

/** The arrows of the picture: which participant called which. */
export interface PlayedPicture {
  /** Everybody between whom there are arrows, in the order in which they are drawn. */
  participants: string[]
  arrows: PlayedArrow[]
}

/** A step as it happened. */
export interface PlayedStep extends PlayedPicture {
  does: string
  shows?: string
  without?: string
  notes: string[]
  changes: { sign: '+' | '~' | '-'; table: string; text: string }[]
  /** Rows that are not among the changes. */
  rowsLeftOut: number
}

export interface PlayedArrow {
  from: string
  to: string
  label: string
  /** Whether a fault hit it. */
  isHit: boolean
}

export interface PlayedVerdict {
  headline: string
  claims: { says: string; holds: boolean; found?: string }[]
  /** Invariants that were attacked and hold, and all that broke. */
  held: { number: number; promise: string }[]
  broken: { number: number; promise: string }[]
  /** What else went wrong: a story that stopped, a fault that never struck. */
  problems: string[]
  faults: { name: string; does: string; fired: number }[]
  seconds: number
}
