import type { Observer } from '../../app/observer.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import type { SagaDeps } from '../../sagas/saga-run.ts'
import type { TaskResult } from '../../sagas/task.ts'
import type { WebhookTools } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'

/** Runs one task of the webhook saga, and counts the deliveries it gives up: the tenant has to repair its endpoint. */
export function runWebhookStep(
  deps: SagaDeps<WebhookTools> & { observer: Observer },
  task: unknown,
  deadlineMs: number,
): Promise<TaskResult> {
  const { observer } = deps
  const gaveUp: WebhookTools['gaveUp'] = (facts) => {
    observer.warn('webhook delivery given up: the endpoint stayed unavailable', facts)
    observer.count('WebhooksGivenUp')
  }
  return runSagaTask(webhook, { ...deps, tools: { ...deps.tools, gaveUp } }, task, deadlineMs)
}
