import { parseTime } from '../../proof/replay/replay-ticket.ts'
import { TargetError } from '../../proof/target.ts'

/** An option's time in epoch milliseconds. Throws {@link TargetError} when it is none. */
export function timeOf(option: string, text: string): number {
  const timeMs = parseTime(text)
  if (timeMs === undefined)
    throw new TargetError(`${option} "${text}" is no time: give one with its zone, such as 2026-03-01T12:00:00Z`)
  return timeMs
}
