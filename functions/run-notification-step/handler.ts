import { SesMailer } from '../../gateways/mail-ses.ts'
import { observed } from '../observer.ts'
import { required, store, world } from '../runtime.ts'
import { runNotificationStep } from './run-notification-step.ts'

const mailer = new SesMailer({ configurationSet: process.env.MAIL_CONFIGURATION_SET })
const means = { store: store(), world, tools: { mailer, mailFrom: required('MAIL_FROM'), world } }

export const handler = observed((task: unknown, observer, untilMs) =>
  runNotificationStep(means, observer, task, untilMs),
)
