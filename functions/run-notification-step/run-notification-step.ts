import type { Observer } from '../../app/observer.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import type { MailTools } from '../../sagas/notification/mail.ts'
import { notification } from '../../sagas/notification/notification.ts'
import type { SagaDeps } from '../../sagas/run.ts'
import type { TaskAnswer } from '../../sagas/task.ts'

/** One task of the notification saga. */
export function runNotificationStep(
  deps: SagaDeps<MailTools>,
  observer: Observer,
  task: unknown,
  deadlineMs: number,
): Promise<TaskAnswer> {
  return runSagaTask(notification, deps, observer, task, deadlineMs)
}
