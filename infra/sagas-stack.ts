import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { mailFunctions, sagaFunctions } from '../app/functions.ts'
import { compile } from '../sagas/compile.ts'
import { notification } from '../sagas/notification/notification.ts'
import { webhook } from '../sagas/webhook/webhook.ts'
import { alarmMeanings } from './alarm-meanings.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { allow, lambda } from './constructs/function.ts'
import { mailEvents, mailEventsTopicName } from './constructs/mail-events.ts'
import { arnOf, physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { deadLetters } from './constructs/queue.ts'
import { sagaMachine } from './constructs/saga-machine.ts'
import { mailEventTimeoutSeconds, sagaStepTimeoutSeconds } from './limits.ts'
import { webhookEnvironment } from './stages.ts'

/** The sagas that notify people and endpoints: a state machine each, and the function that runs its steps. */
export class SagasStack extends Stack {
  /** ARN of each saga's state machine, by the saga's name. */
  readonly machineArns: Record<string, string>
  readonly #context: DeploymentContext
  readonly #tables: Tables

  constructor(scope: Construct, context: DeploymentContext, tables: Tables) {
    super(scope, 'Sagas', {
      stackName: physicalName(context, 'sagas'),
      description: 'Steadfast: sagas',
      terminationProtection: context.stage.isDeletionProtected,
    })
    this.#context = context
    this.#tables = tables
    this.machineArns = { notification: this.#notification(this.#recordBounces()), webhook: this.#webhook() }
  }

  /** The function that records bounces and complaints. Returns the configuration set that reports them, on stages that have one. */
  #recordBounces(): string | undefined {
    const deadLetterQueue = deadLetters(this, 'record-bounce', this.#context, {
      meaning: alarmMeanings.RecordBounceDeadLetters,
      isFifo: false,
      ...(this.#context.stage.hasMailEvents && {
        sender: { service: 'sns', sourceArn: arnOf(this, 'sns', mailEventsTopicName(this.#context)) },
      }),
    })
    const fn = lambda(this, 'record-bounce', this.#context, this.#tables, {
      ...mailFunctions['record-bounce'],
      timeoutSeconds: mailEventTimeoutSeconds,
      deadLetters: deadLetterQueue,
    })
    outputs(this, { RecordBounceFunction: fn.functionName, RecordBounceDlqUrl: deadLetterQueue.queueUrl })
    return this.#context.stage.hasMailEvents ? mailEvents(this, this.#context, { fn, deadLetterQueue }) : undefined
  }

  #notification(configurationSet: string | undefined): string {
    const stepFunction = lambda(this, 'run-notification-step', this.#context, this.#tables, {
      access: sagaFunctions['run-notification-step'].access,
      timeoutSeconds: sagaStepTimeoutSeconds,
      environment: {
        MAIL_FROM: this.#context.stage.mailFrom,
        ...(configurationSet && { MAIL_CONFIGURATION_SET: configurationSet }),
      },
      statements: [this.#mailStatement(configurationSet)],
    })
    const machine = sagaMachine(this, 'notification', this.#context, {
      stepFunction,
      compile: (functionArn) => compile(notification, { functionArn }),
    })
    return machine.attrArn
  }

  /** SES checks the identity that is verified: the address itself or its domain. */
  #mailStatement(configurationSet: string | undefined): PolicyStatement {
    const { mailFrom } = this.#context.stage
    const resources = [
      `identity/${mailFrom}`,
      `identity/${mailFrom.slice(mailFrom.indexOf('@') + 1)}`,
      ...(configurationSet ? [`configuration-set/${configurationSet}`] : []),
    ]
    return allow(
      ['ses:SendRawEmail'],
      resources.map((resource) => arnOf(this, 'ses', resource)),
    )
  }

  #webhook(): string {
    const stepFunction = lambda(this, 'run-webhook-step', this.#context, this.#tables, {
      access: sagaFunctions['run-webhook-step'].access,
      timeoutSeconds: sagaStepTimeoutSeconds,
      environment: webhookEnvironment(this.#context.stage),
    })
    const machine = sagaMachine(this, 'webhook', this.#context, {
      stepFunction,
      compile: (functionArn) => compile(webhook, { functionArn }),
    })
    return machine.attrArn
  }
}
