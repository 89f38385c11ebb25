import type { Batch, Totals, WireEvent } from '../../../console/wire.ts'

/** The newest events, in bounded memory, with totals of all there were. A position is the number of the event that a reader had last. */
export interface EventRing {
  add(event: Omit<WireEvent, 'seq'>): void
  /** Number of the newest event, from 1; 0 without any. */
  head(): number
  /**
   * What follows a position, in order; at most `eventsMax` events, the newest ones. What is left out is `skipped`, and still in the totals.
   * Undefined where nothing follows.
   */
  after(position: number, eventsMax: number): Batch | undefined
  /** Whether every event after the position is still here. */
  reaches(position: number): boolean
}

export function createEventRing(capacity: number): EventRing {
  const slots: WireEvent[] = []
  const totals: Totals = {}
  let head = 0

  return {
    add(event) {
      head++
      slots[head % capacity] = { seq: head, ...event }
      totals[event.counter] = (totals[event.counter] ?? 0) + 1
    },
    head: () => head,
    reaches: (position) => position <= head && position >= head - capacity,
    after(position, eventsMax) {
      if (position >= head) return undefined
      const first = Math.max(position + 1, head - Math.min(eventsMax, capacity) + 1)
      const events: WireEvent[] = []
      for (let seq = first; seq <= head; seq++) {
        const event = slots[seq % capacity]
        if (event) events.push(event)
      }
      return { events, skipped: first - position - 1, totals: { ...totals } }
    },
  }
}
