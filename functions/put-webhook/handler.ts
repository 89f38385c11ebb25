import { httpHandler } from '../../app/http/http-handler.ts'
import { putWebhookEndpoint } from './put-webhook.ts'

export const handler = httpHandler(putWebhookEndpoint({ allowsPrivate: process.env.WEBHOOK_ALLOW_PRIVATE === 'true' }))
