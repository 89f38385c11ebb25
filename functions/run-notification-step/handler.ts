import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { SesMailer } from '../../gateways/mailer-ses.ts'
import { runNotificationStep } from './run-notification-step.ts'

const mailer = new SesMailer({ configurationSet: process.env.MAIL_CONFIGURATION_SET })
const deps = {
  store: storeFromEnvironment(),
  runtime,
  tools: { mailer, mailFrom: requiredVariable('MAIL_FROM'), runtime },
}

export const handler = withObserver((task: unknown, observer, deadlineMs) =>
  runNotificationStep(deps, observer, task, deadlineMs),
)
