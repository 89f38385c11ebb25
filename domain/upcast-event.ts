import type { Fact } from './event.ts'
import { gradeOf } from './priority-scale.ts'

/** A fact, or the event with it, in any version of its data. */
type Versioned = Fact & { dataVersion?: number | undefined }

/**
 * The event in the newest version of its data. Pure: the stored event stays as it is, since its hash covers it, and is as valid as
 * before. Version 2 of `ticket.opened` and `ticket.corrected` says the level of a priority and why it is that; version 1 has its word only.
 */
export function upcast<Event extends Versioned>(event: Event): Event {
  return event.dataVersion === undefined ? toVersion2(event) : event
}

function toVersion2<Event extends Versioned>(event: Event): Event {
  switch (event.type) {
    case 'ticket.opened': {
      const { data } = event
      return { ...event, dataVersion: 2, data: { ...data, scale: gradeOf(data.priority, 'requested') } }
    }
    case 'ticket.corrected': {
      const { data } = event
      const { priority } = data.to
      return { ...event, dataVersion: 2, data: { ...data, ...(priority && { scale: gradeOf(priority, 'corrected') }) } }
    }
    default:
      return event
  }
}

/** The facts as they are published, to endpoints and by the API: in the API's words, whatever the version of the data. */
export function publishedFacts(data: Fact['data']): Record<string, unknown> {
  const { scale: _, ...facts } = data as Record<string, unknown>
  return facts
}
