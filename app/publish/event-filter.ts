import type { DomainEvent, EventType } from '../../domain/event.ts'

/** The event types of subscribers that don't receive all events. */
const subscribedTypes: Readonly<Record<string, readonly EventType[]>> = {
  // Operators' commands are so rare that sending it all other events would only cost queue requests and invocations.
  'wake-saga': [
    'saga.resumed',
    'saga.run_now_requested',
    'settings.hold_released',
    'resumption.requested',
    'resumption.advanced',
  ],
}

export function isSubscribedTo(subscriber: string, { type }: DomainEvent): boolean {
  return subscribedTypes[subscriber]?.includes(type) ?? true
}
