import { invalidValue } from '../errors.ts'
import { receiveCountMax, sourceQueuesMax } from './limits.ts'

export interface RedrivePolicy {
  deadLetterTargetArn: string
  maxReceiveCount: number
}

export interface RedriveAllowPolicy {
  redrivePermission: 'allowAll' | 'denyAll' | 'byQueue'
  sourceQueueArns?: string[]
}

/** What a redrive policy needs to know of the queue that it names. */
export interface RedriveTarget {
  arn: string
  isFifo: boolean
  redriveAllowPolicy: RedriveAllowPolicy | undefined
}

const parameter = 'RedrivePolicy'

/** Reads the JSON of a `RedrivePolicy`. */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const refuse = (reason: string) => invalidValue(text, parameter, reason)
  const value = parseObject(text)
  if (!value) throw refuse('Redrive policy is not a valid JSON map.')
  for (const name of ['deadLetterTargetArn', 'maxReceiveCount'])
    if (value[name] === undefined || value[name] === '')
      throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`)
  const { deadLetterTargetArn, maxReceiveCount } = value
  const count = Number(maxReceiveCount)
  if (!Number.isInteger(count) || count < 1 || count > receiveCountMax)
    throw refuse(
      `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to ${receiveCountMax} both inclusive.`,
    )
  if (typeof deadLetterTargetArn !== 'string' || !/^arn:aws:sqs:[^:]*:\d{12}:[^:]+$/.test(deadLetterTargetArn))
    throw refuse('Invalid value for deadLetterTargetArn.')
  return { deadLetterTargetArn, maxReceiveCount: count }
}

/** Whether a queue may send its failed messages there. */
export function checkRedriveTarget(
  policy: RedrivePolicy,
  source: { arn: string; isFifo: boolean },
  target: RedriveTarget | undefined,
): void {
  const refuse = (reason: string) => invalidValue(JSON.stringify(policy), parameter, reason)
  if (!target) throw refuse('Dead letter target does not exist.')
  if (target.arn === source.arn) throw refuse('Dead-letter queue must be a different queue than the source.')
  if (target.isFifo !== source.isFifo) throw refuse('Dead-letter queue must be same type of queue as the source.')
  if (!allows(target.redriveAllowPolicy, source.arn))
    throw refuse('Dead letter target does not allow this queue as a source queue.')
}

function allows(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (!policy || policy.redrivePermission === 'allowAll') return true
  return policy.redrivePermission === 'byQueue' && policy.sourceQueueArns?.includes(sourceArn) === true
}

/** Reads the JSON of a `RedriveAllowPolicy`. */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const refuse = (reason: string) => invalidValue(text, 'RedriveAllowPolicy', reason)
  const value = parseObject(text)
  if (!value) throw refuse('Amazon SQS can not parse the redrive allow policy.')
  const { redrivePermission, sourceQueueArns } = value
  if (redrivePermission === 'byQueue') {
    const isList = Array.isArray(sourceQueueArns) && sourceQueueArns.every((arn) => typeof arn === 'string')
    if (!isList || sourceQueueArns.length < 1 || sourceQueueArns.length > sourceQueuesMax)
      throw refuse(`sourceQueueArns must list 1 to ${sourceQueuesMax} queues when redrivePermission is byQueue.`)
    return { redrivePermission, sourceQueueArns }
  }
  if (redrivePermission !== 'allowAll' && redrivePermission !== 'denyAll')
    throw refuse('redrivePermission must be allowAll, denyAll or byQueue.')
  if (sourceQueueArns !== undefined) throw refuse('sourceQueueArns is allowed only when redrivePermission is byQueue.')
  return { redrivePermission }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
