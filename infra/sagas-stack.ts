import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { mailFunctions, sagaFunctions } from '../app/functions.ts'
import { compile } from '../sagas/compile.ts'
import { notification } from '../sagas/notification/notification.ts'
import { webhook } from '../sagas/webhook/webhook.ts'
import { alarm, ownMetric } from './constructs/alarm.ts'
import { allow, lambda, pinnedVersion } from './constructs/function.ts'
import { mailEvents } from './constructs/mail-events.ts'
import { outputs } from './constructs/outputs.ts'
import { sagaMachine } from './constructs/saga-machine.ts'
import { arnOf, nameOf, type Site, type Tables } from './constructs/site.ts'
import { mailEventTimeoutSeconds, sagaStepTimeoutSeconds } from './limits.ts'
import { webhookEnvironment } from './stages.ts'

/** What runs in several steps: one state machine per saga, and the function that runs its steps. */
export class SagasStack extends Stack {
  /** ARN of each saga's state machine, by the saga's name. */
  readonly machineArns: Record<string, string>

  constructor(scope: Construct, site: Site, tables: Tables) {
    super(scope, 'Sagas', { stackName: nameOf(site, 'sagas'), description: 'Steadfast: sagas' })
    const { mailFrom } = site.stage
    const configurationSet = this.#mailEvents(site, tables)
    const step = lambda(this, 'run-notification-step', site, tables, {
      access: sagaFunctions['run-notification-step'].access,
      timeoutSeconds: sagaStepTimeoutSeconds,
      environment: { MAIL_FROM: mailFrom, ...(configurationSet && { MAIL_CONFIGURATION_SET: configurationSet }) },
      // SES asks for the identity that is verified: the address itself or its domain.
      statements: [
        allow(
          ['ses:SendRawEmail'],
          [
            `identity/${mailFrom}`,
            `identity/${mailFrom.slice(mailFrom.indexOf('@') + 1)}`,
            ...(configurationSet ? [`configuration-set/${configurationSet}`] : []),
          ].map((resource) => arnOf(this, 'ses', resource)),
        ),
      ],
    })
    const machine = sagaMachine(this, 'notification', site, {
      definition: compile(notification, { functionArn: pinnedVersion(step).functionArn }),
      fn: step,
      failed:
        'A notification saga stopped half way: someone may have been told of a change by one channel and not by the other.',
    })
    alarm(this, 'NotificationParked', site, {
      metric: ownMetric('SagasParked', step, 'Sum'),
      threshold: 1,
      meaning: 'Telling someone of a change has come to a halt half way: it waits until an operator resumes the saga.',
    })
    const webhookMachine = this.#webhook(site, tables)
    this.machineArns = { notification: machine.attrArn, webhook: webhookMachine.attrArn }
    outputs(this, { NotificationMachineArn: machine.attrArn, RunNotificationStepFunction: step.functionName })
  }

  /** Who hears of mail that came back, and by which configuration set mail is followed, where it is. */
  #mailEvents(site: Site, tables: Tables): string | undefined {
    const fn = lambda(this, 'record-bounce', site, tables, {
      ...mailFunctions['record-bounce'],
      timeoutSeconds: mailEventTimeoutSeconds,
    })
    outputs(this, { RecordBounceFunction: fn.functionName })
    return site.stage.hasMailEvents ? mailEvents(this, site, fn) : undefined
  }

  #webhook(site: Site, tables: Tables): CfnStateMachine {
    const step = lambda(this, 'run-webhook-step', site, tables, {
      access: sagaFunctions['run-webhook-step'].access,
      timeoutSeconds: sagaStepTimeoutSeconds,
      environment: webhookEnvironment(site.stage),
    })
    const machine = sagaMachine(this, 'webhook', site, {
      definition: compile(webhook, { functionArn: pinnedVersion(step).functionArn }),
      fn: step,
      failed: 'A webhook saga stopped half way: an endpoint may not have been told of a change, and nothing says so.',
    })
    alarm(this, 'WebhookParked', site, {
      metric: ownMetric('SagasParked', step, 'Sum'),
      threshold: 1,
      meaning:
        'Telling an endpoint of a change has come to a halt half way: it waits until an operator resumes the saga.',
    })
    outputs(this, { WebhookMachineArn: machine.attrArn, RunWebhookStepFunction: step.functionName })
    return machine
  }
}
