import * as z from 'zod'
import { absent } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/** `SweepPositions`: how far one sweep has come, so that its next round continues there (docs/adr/0022). One row per sweep, no TTL. */
const table = 'SweepPositions'

const keyOf = (sweep: string) => ({ pk: `SWEEP#${sweep}` })

export const SweepPosition = z.object({
  /** What the next round begins behind: the key of an object, or the key attributes of a row. Absent: at the beginning. */
  after: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  /** A round has begun and has not ended in order: it is still running, or was cut off behind `after`. */
  isRunning: z.boolean(),
  /** Names the write that stored this position. A position replaces only the one that was read. */
  revision: z.string(),
})
export type SweepPosition = z.infer<typeof SweepPosition>

export function sweepPositionRow(sweep: string): RowRead<SweepPosition> {
  return { table, key: keyOf(sweep), parse: parseSweepPosition }
}

/** Throws `ZodError` when the row is not a position. */
export function parseSweepPosition(row: Row): SweepPosition {
  return SweepPosition.parse(row)
}

/** Replaces the position that has this revision; undefined stands for no position yet. */
export function putSweepPosition(sweep: string, position: SweepPosition, replaces: string | undefined): Write {
  const when = replaces === undefined ? absent : { attribute: 'revision', equals: replaces }
  return { kind: 'put', table, row: { ...keyOf(sweep), ...position }, when }
}
