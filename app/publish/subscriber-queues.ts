import * as z from 'zod'
import { requiredVariable } from '../environment.ts'

/** Queue URLs by subscriber. Never empty: without a queue that must accept it, every event would be deleted unsent. */
export const SubscriberQueues = z
  .record(z.string(), z.url())
  .refine((queues) => Object.keys(queues).length > 0, 'must name at least one queue')
export type SubscriberQueues = z.infer<typeof SubscriberQueues>

/** Parses `SUBSCRIBER_QUEUE_URLS`. Throws `Error`, `SyntaxError` or `ZodError` when it is missing or invalid. */
export function subscriberQueues(env: NodeJS.ProcessEnv = process.env): SubscriberQueues {
  return SubscriberQueues.parse(JSON.parse(requiredVariable('SUBSCRIBER_QUEUE_URLS', env)))
}
