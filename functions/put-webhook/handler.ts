import { http } from '../../app/http/http.ts'
import { putWebhookTo } from './put-webhook.ts'

export const handler = http(putWebhookTo({ allowsPrivate: process.env.WEBHOOK_ALLOW_PRIVATE === 'true' }))
