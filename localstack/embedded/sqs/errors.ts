import { AwsError } from '../aws-error.ts'

/** An error of SQS, which has two names: `code` in the JSON protocol, `queryCode` in the query protocol and in `x-amzn-query-error`. */
export class SqsError extends AwsError {
  readonly queryCode: string

  constructor(code: string, message: string, queryCode = code, status = 400) {
    super(code, message, status)
    this.queryCode = queryCode
  }
}

/** Codes of the query protocol that SQS writes with its old name in front. */
const oldName = (code: string) => `AWS.SimpleQueueService.${code}`

export const invalidParameter = (message: string) =>
  new SqsError('InvalidParameterValueException', message, 'InvalidParameterValue')

export const invalidValue = (value: unknown, parameter: string, reason: string) =>
  invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`)

export const missingParameter = (name: string) =>
  new SqsError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
    'MissingParameter',
  )

export const queueDoesNotExist = () =>
  new SqsError('QueueDoesNotExist', 'The specified queue does not exist.', oldName('NonExistentQueue'))

export const queueNameExists = (attribute: string) =>
  new SqsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
    'QueueAlreadyExists',
  )

export const queueDeletedRecently = () =>
  new SqsError(
    'QueueDeletedRecently',
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    oldName('QueueDeletedRecently'),
  )

export const purgeInProgress = (queueName: string) =>
  new SqsError(
    'PurgeQueueInProgress',
    `Only one PurgeQueue operation on ${queueName} is allowed every 60 seconds.`,
    oldName('PurgeQueueInProgress'),
    403,
  )

export const unknownAttribute = (name: string) => new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`)

export const invalidAttributeName = (message: string) => new SqsError('InvalidAttributeName', message)

export const invalidAttribute = (name: string, reason?: string) =>
  new SqsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${reason === undefined ? '' : ` Reason: ${reason}`}`,
  )

export const invalidContents = () =>
  new SqsError(
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  )

export const receiptHandleIsInvalid = (handle: string) =>
  new SqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`)

export const batchError = (code: string, message: string) => new SqsError(code, message, oldName(code))

export const resourceNotFound = (message: string) =>
  new SqsError('ResourceNotFoundException', message, 'ResourceNotFoundException', 404)

export const notSupported = (what: string) =>
  new SqsError('NotImplemented', `The embedded stack's SQS does not support ${what}.`, 'NotImplemented', 501)

export const typeIsFixed = () => invalidAttribute('FifoQueue', 'Modifying queue type is not supported.')
