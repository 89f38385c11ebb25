import { http } from '../../app/http/http.ts'
import { removeWebhook } from './remove-webhook.ts'

export const handler = http(removeWebhook)
