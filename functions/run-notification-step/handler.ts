import { backgroundHandler } from '../../app/background-handler.ts'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import { SesMailer } from '../../gateways/mailer-ses.ts'
import { notification } from '../../sagas/notification/notification.ts'

const mailer = new SesMailer({ configurationSet: process.env.MAIL_CONFIGURATION_SET })
const tools = { mailer, mailFrom: requiredVariable('MAIL_FROM'), runtime }
const deps = { store: storeFromEnvironment(), runtime, tools }

export const handler = backgroundHandler((task: unknown, observer, deadlineMs) =>
  runSagaTask(notification, { ...deps, observer }, task, deadlineMs),
)
