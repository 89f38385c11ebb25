import { HttpWebhooks } from '../../gateways/webhook-http.ts'
import { observed } from '../observer.ts'
import { store, world } from '../runtime.ts'
import { runWebhookStep } from './run-webhook-step.ts'

const webhooks = new HttpWebhooks({ allowsPrivate: process.env.WEBHOOK_ALLOW_PRIVATE === 'true' })
const means = { store: store(), world, tools: { webhooks, world } }

export const handler = observed((task: unknown, observer, untilMs) => runWebhookStep(means, observer, task, untilMs))
