import type { DomainEvent, EventType } from '../../domain/event.ts'

/** Subscribers that are sent some types of events only; all others are sent every event. */
const typesOf: Readonly<Record<string, readonly EventType[]>> = {
  // One resume among a million events: no queue and no invocation for all others.
  'wake-saga': ['saga.resumed'],
}

export function isSubscribedTo(subscriber: string, { type }: DomainEvent): boolean {
  return typesOf[subscriber]?.includes(type) ?? true
}
