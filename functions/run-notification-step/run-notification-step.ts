import type { MailTools } from '../../sagas/notification/mail.ts'
import { notification } from '../../sagas/notification/notification.ts'
import type { Means } from '../../sagas/run.ts'
import type { TaskAnswer } from '../../sagas/task.ts'
import type { Observer } from '../observer.ts'
import { runSagaTask } from '../run-saga-task.ts'

/** One task of the notification saga. */
export function runNotificationStep(
  means: Means<MailTools>,
  observer: Observer,
  task: unknown,
  untilMs: number,
): Promise<TaskAnswer> {
  return runSagaTask(notification, means, observer, task, untilMs)
}
