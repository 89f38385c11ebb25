import * as z from 'zod'
import { requiredVariable } from '../environment.ts'

/**
 * Every subscriber's queue, by its name: `SUBSCRIBER_QUEUE_URLS`. Never empty: an event that no queue must accept would
 * be deleted unsent.
 */
export const SubscriberQueues = z
  .record(z.string(), z.url())
  .refine((queues) => Object.keys(queues).length > 0, 'names no queue')
export type SubscriberQueues = z.infer<typeof SubscriberQueues>

export function subscriberQueues(env: NodeJS.ProcessEnv = process.env): SubscriberQueues {
  return SubscriberQueues.parse(JSON.parse(requiredVariable('SUBSCRIBER_QUEUE_URLS', env)))
}
