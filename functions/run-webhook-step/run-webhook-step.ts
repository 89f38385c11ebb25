import type { Observer } from '../../app/observer.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import type { SagaDeps } from '../../sagas/saga-run.ts'
import type { TaskResult } from '../../sagas/task.ts'
import type { WebhookTools } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'

/** One task of the webhook saga. What is given up is told: an endpoint that is down is its tenant's to mend, and for us to see. */
export function runWebhookStep(
  deps: SagaDeps<WebhookTools>,
  observer: Observer,
  task: unknown,
  deadlineMs: number,
): Promise<TaskResult> {
  const gaveUp: WebhookTools['gaveUp'] = (facts) => {
    observer.warn('a webhook is given up: its endpoint stayed down', facts)
    observer.count('WebhooksGivenUp')
  }
  return runSagaTask(webhook, { ...deps, tools: { ...deps.tools, gaveUp } }, observer, task, deadlineMs)
}
