import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { HttpWebhooks } from '../../gateways/webhooks-http.ts'
import { runWebhookStep } from './run-webhook-step.ts'

const webhooks = new HttpWebhooks({ allowsPrivate: process.env.WEBHOOK_ALLOW_PRIVATE === 'true' })
const deps = { store: storeFromEnvironment(), runtime, tools: { webhooks, runtime } }

export const handler = backgroundHandler((task: unknown, observer, deadlineMs) =>
  runWebhookStep({ ...deps, observer }, task, deadlineMs),
)
