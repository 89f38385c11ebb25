import type { Observer } from '../../app/observer.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import type { MailTools } from '../../sagas/notification/mail.ts'
import { notification } from '../../sagas/notification/notification.ts'
import type { SagaDeps } from '../../sagas/saga-run.ts'
import type { TaskResult } from '../../sagas/task.ts'

/** One task of the notification saga. */
export function runNotificationStep(
  deps: SagaDeps<MailTools>,
  observer: Observer,
  task: unknown,
  deadlineMs: number,
): Promise<TaskResult> {
  return runSagaTask(notification, deps, observer, task, deadlineMs)
}
