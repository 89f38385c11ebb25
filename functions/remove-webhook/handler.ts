import { httpHandler } from '../../app/http/http-handler.ts'
import { removeWebhook } from './remove-webhook.ts'

export const handler = httpHandler(removeWebhook)
