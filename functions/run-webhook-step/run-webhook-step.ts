import type { Means } from '../../sagas/run.ts'
import type { TaskAnswer } from '../../sagas/task.ts'
import type { WebhookTools } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import type { Observer } from '../observer.ts'
import { runSagaTask } from '../run-saga-task.ts'

/** One task of the webhook saga. What is given up is told: an endpoint that is down is its tenant's to mend, and for us to see. */
export function runWebhookStep(
  means: Means<WebhookTools>,
  observer: Observer,
  task: unknown,
  untilMs: number,
): Promise<TaskAnswer> {
  const gaveUp: WebhookTools['gaveUp'] = (facts) => {
    observer.warn('a webhook is given up: its endpoint stayed down', facts)
    observer.count('WebhooksGivenUp')
  }
  return runSagaTask(webhook, { ...means, tools: { ...means.tools, gaveUp } }, observer, task, untilMs)
}
