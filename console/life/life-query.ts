import type { Place } from '../shell/place.ts'

export type LifeBy = 'ticket' | 'correlation' | 'key'

export const lifeBys: readonly (readonly [by: LifeBy, label: string])[] = [
  ['ticket', 'Ticket'],
  ['correlation', 'Correlation id'],
  ['key', 'Idempotency-Key'],
]

/** What a place of this page asks for: `#life/ticket/ID`. */
export function lifeQueryOf({ details: [by, id = ''] }: Place): { by: LifeBy; id: string } | undefined {
  const known = lifeBys.find(([each]) => each === by)
  return known && id !== '' ? { by: known[0], id } : undefined
}

export const lifePlace = (by: LifeBy, id: string): Place => ({ page: 'life', details: [by, id] })
