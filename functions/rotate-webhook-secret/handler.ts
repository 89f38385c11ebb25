import { httpHandler } from '../../app/http/http-handler.ts'
import { rotateWebhookSecret } from './rotate-webhook-secret.ts'

export const handler = httpHandler(rotateWebhookSecret)
