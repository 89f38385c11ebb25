/** The functions that read from queues, by the names of their queues. */
export const subscribers = ['project-views', 'unassign-tickets', 'start-saga', 'wake-saga'] as const
export type Subscriber = (typeof subscribers)[number]

export function queueUrlOf(subscriber: string): string {
  return `https://queues.example.com/${subscriber}`
}

export const queueUrls: Record<string, string> = Object.fromEntries(
  subscribers.map((subscriber) => [subscriber, queueUrlOf(subscriber)]),
)
