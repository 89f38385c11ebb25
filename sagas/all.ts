import { attachment } from './attachment/attachment.ts'
import { notification } from './notification/notification.ts'
import type { Saga } from './saga.ts'
import { webhook } from './webhook/webhook.ts'

/** Every saga there is: what their pages, their price list and the table of their outcomes are made of (`npm run docs`). */
export const sagas: readonly Saga[] = [notification, webhook, attachment]
