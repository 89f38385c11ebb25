import type { Place } from '../shell/place.ts'

export type TimelineBy = 'ticket' | 'correlation' | 'key'

export const timelineBys: readonly (readonly [by: TimelineBy, label: string])[] = [
  ['ticket', 'Ticket'],
  ['correlation', 'Correlation id'],
  ['key', 'Idempotency-Key'],
]

/** What a place of this page asks for: `#life/ticket/ID`. */
export function timelineQueryOf({ details: [by, id = ''] }: Place): { by: TimelineBy; id: string } | undefined {
  const known = timelineBys.find(([each]) => each === by)
  return known && id !== '' ? { by: known[0], id } : undefined
}

export const timelinePlace = (by: TimelineBy, id: string): Place => ({ page: 'life', details: [by, id] })
