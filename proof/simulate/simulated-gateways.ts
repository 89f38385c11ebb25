import type { Callbacks } from '../../gateways/callbacks.ts'
import type { Mailer, MailOutcome } from '../../gateways/mailer.ts'
import type { Queue, SendResult } from '../../gateways/queue.ts'
import type { StateMachines } from '../../gateways/state-machines.ts'
import type { WebhookMessage, WebhookOutcome, Webhooks } from '../../gateways/webhooks.ts'
import { anyCall, errorNamed, type Process } from './process.ts'

/** The queues as one process reaches them. `onLost` hears of each event that a queue accepts and loses. */
export function simulatedQueue(
  process: Process,
  inner: Queue,
  onLost: (subscriber: string, eventId: string) => void,
): Queue {
  return {
    sendBatch: (queueUrl, messages) =>
      process.call<SendResult[]>({
        says: () => `sends ${messages.map(({ body }) => eventIn(body)).join(', ')} to ${nameOf(queueUrl)}`,
        services: [`queue ${nameOf(queueUrl)}`],
        allowed: [...anyCall, 'partly accepted', 'message lost'],
        effect: () => inner.sendBatch(queueUrl, messages),
        withoutAnswer: () => messages.map(() => failed),
        refusal(fault) {
          if (fault === 'message lost') {
            for (const { deduplicationId } of messages) onLost(nameOf(queueUrl), deduplicationId)
            return messages.map(() => ({ status: 'accepted' }))
          }
          const half = Math.floor(messages.length / 2)
          const accepted = messages.slice(0, half)
          // The memory queue takes effect when it is called.
          if (half > 0) void inner.sendBatch(queueUrl, accepted)
          return messages.map((_, index) => (index < half ? { status: 'accepted' } : failed))
        },
      }),
  }
}

const failed: SendResult = { status: 'failed', cause: errorNamed('TimeoutError') }

export function simulatedMailer(process: Process, inner: Mailer): Mailer {
  return {
    send: (mail) =>
      process.call<MailOutcome>({
        says: () => `sends the mail ${mail.id.slice(0, 8)} to ${mail.to}`,
        services: ['mail'],
        allowed: [...anyCall, 'late effect'],
        effect: () => inner.send(mail),
        withoutAnswer: timeOut,
      }),
  }
}

/** The endpoints of tenants. No answer is an answer here, as over HTTP: the endpoint may or may not have received the message. */
export function simulatedWebhooks(
  process: Process,
  inner: { send(message: WebhookMessage): Promise<WebhookOutcome> },
): Webhooks {
  return {
    send: (message) =>
      process.call<WebhookOutcome>({
        says: () => `sends the message ${message.id.slice(0, 8)} to ${message.url}`,
        services: ['webhook endpoints'],
        allowed: [...anyCall, 'late effect', 'sent twice', 'endpoint fails'],
        effect: () => inner.send(message),
        withoutAnswer: () => ({ status: 'failed', why: 'the endpoint did not answer in time' }),
        refusal: () => ({ status: 'failed', why: 'the endpoint answered 500' }),
      }),
  }
}

export function simulatedMachines(process: Process, inner: StateMachines): StateMachines {
  return {
    start: (start) =>
      process.call({
        says: () => `starts the execution ${shortName(start.name)}`,
        services: ['state machines'],
        allowed: [...anyCall, 'late effect', 'throttled'],
        effect: () => inner.start(start),
        withoutAnswer: timeOut,
        refusal: () => {
          throw errorNamed('ThrottlingException')
        },
      }),
    describe: (execution) =>
      process.call({
        says: () => `asks for the execution ${shortName(execution.name)}`,
        services: ['state machines'],
        allowed: ['crash before', 'request lost', 'slow answer'],
        effect: () => inner.describe(execution),
        withoutAnswer: timeOut,
      }),
  }
}

export function simulatedCallbacks(process: Process, inner: Callbacks): Callbacks {
  return {
    succeed: (token) =>
      process.call({
        says: () => `calls back the task that waits under ${token.slice(0, 8)}`,
        services: ['state machines'],
        allowed: [...anyCall, 'late effect'],
        effect: () => inner.succeed(token),
        withoutAnswer: timeOut,
      }),
  }
}

function timeOut(): never {
  throw errorNamed('TimeoutError')
}

function eventIn(body: string): string {
  const { type, seq, aggregate } = JSON.parse(body)
  return `event ${seq} (${type}) of ${aggregate.type} ${String(aggregate.id).slice(0, 8)}`
}

/** `saga id`-`generation`, with a short id: the id of an attachment's saga begins as those of all others on its ticket do. */
export function shortName(execution: string): string {
  const at = execution.lastIndexOf('-')
  const id = execution.slice(0, at)
  return `${id.length === 40 ? id.slice(0, 8) : id.slice(-12)}${execution.slice(at)}`
}

export function nameOf(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf('/') + 1)
}
