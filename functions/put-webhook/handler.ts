import { httpHandler } from '../../app/http/http-handler.ts'
import { putWebhookTo } from './put-webhook.ts'

export const handler = httpHandler(putWebhookTo({ allowsPrivate: process.env.WEBHOOK_ALLOW_PRIVATE === 'true' }))
