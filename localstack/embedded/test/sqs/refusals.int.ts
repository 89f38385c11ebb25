import { describe, expect, it } from 'vitest'
import { at, ownSqs } from './sqs-fixture.ts'

const attribute = (StringValue: string, DataType = 'String') => ({ DataType, StringValue })
const attributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, attribute('x')]))

describe('a message is refused in the words of SQS', () => {
  it.each<[what: string, queue: string, input: Record<string, unknown>, code: string, words: string]>([
    ['without a body', 'q', { MessageBody: '' }, 'MissingRequiredParameterException', 'the parameter MessageBody'],
    ['with a control character', 'q', { MessageBody: 'a\u0001' }, 'InvalidMessageContents', 'Invalid characters found'],
    ['with a lone surrogate', 'q', { MessageBody: 'a\ud800' }, 'InvalidMessageContents', 'Invalid characters found'],
    [
      'that is too large, attributes included',
      'small',
      { MessageBody: 'x'.repeat(1020), MessageAttributes: { n: attribute('1', 'Number') } },
      'InvalidParameterValueException',
      'Message must be shorter than 1024 bytes.',
    ],
    [
      'with eleven attributes',
      'q',
      { MessageAttributes: attributes(11) },
      'InvalidParameterValueException',
      'Number of message attributes [11] exceeds the allowed maximum [10].',
    ],
    [
      'with an empty attribute',
      'q',
      { MessageAttributes: { a: attribute('') } },
      'InvalidParameterValueException',
      "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
    ],
    [
      'with a number that is none',
      'q',
      { MessageAttributes: { a: attribute('x', 'Number') } },
      'InvalidParameterValueException',
      "Can't cast the value of message (user) attribute 'a' to a number.",
    ],
    [
      'with a reserved attribute name',
      'q',
      { MessageAttributes: { 'AWS.x': attribute('x') } },
      'InvalidParameterValueException',
      "beginning with 'AWS.'",
    ],
    [
      'with an unknown system attribute',
      'q',
      { MessageSystemAttributes: { Other: attribute('x') } },
      'InvalidParameterValueException',
      'AWSTraceHeader',
    ],
    [
      'delayed for too long',
      'q',
      { DelaySeconds: 901 },
      'InvalidParameterValueException',
      'Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
    ],
    [
      'delayed in a FIFO queue',
      'q.fifo',
      { DelaySeconds: 2, MessageGroupId: 'g', MessageDeduplicationId: 'd' },
      'InvalidParameterValueException',
      'The request include parameter that is not valid for this queue type.',
    ],
    [
      'with a malformed group id',
      'q.fifo',
      { MessageGroupId: 'a b', MessageDeduplicationId: 'd' },
      'InvalidParameterValueException',
      'MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    ],
    [
      'with too long a deduplication id',
      'q.fifo',
      { MessageGroupId: 'g', MessageDeduplicationId: 'd'.repeat(129) },
      'InvalidParameterValueException',
      'MessageDeduplicationId can only include',
    ],
    [
      'without a group',
      'q.fifo',
      { MessageDeduplicationId: 'd' },
      'MissingRequiredParameterException',
      'The request must contain the parameter MessageGroupId.',
    ],
    [
      'without a deduplication id',
      'q.fifo',
      { MessageGroupId: 'g' },
      'InvalidParameterValueException',
      'ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ],
    [
      'with a deduplication id in a standard queue',
      'q',
      { MessageDeduplicationId: 'd' },
      'InvalidParameterValueException',
      'not valid for this queue type',
    ],
    ['for no queue', 'none', {}, 'QueueDoesNotExist', 'The specified queue does not exist.'],
  ])('%s', async (_what, queue, input, code, message) => {
    const sqs = ownSqs()
    for (const name of ['q', 'q.fifo']) await sqs.create(name)
    await sqs.create('small', { MaximumMessageSize: '1024' })
    const sent = sqs.ask('SendMessage', { ...at(queue), MessageBody: 'x', ...input })
    await expect(sent).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    if (queue !== 'none') expect(await sqs.bodies(queue)).toEqual([])
  })
})

describe('a message is taken', () => {
  it.each<[what: string, queue: string, input: Record<string, unknown>]>([
    ['of one MiB', 'q', { MessageBody: 'x'.repeat(1024 * 1024) }],
    ['of every character that SQS knows', 'q', { MessageBody: '\t\n\r ~\ud7ff\ue000\ufffd😀' }],
    ['with ten attributes', 'q', { MessageAttributes: attributes(10) }],
    ['of a group in a standard queue', 'q', { MessageGroupId: 'tenant' }],
  ])('%s', async (_what, queue, input) => {
    const sqs = ownSqs()
    await sqs.create(queue)
    await sqs.ask('SendMessage', { ...at(queue), MessageBody: 'x', ...input })
    const [message] = await sqs.receive(queue, { MessageSystemAttributeNames: ['MessageGroupId'] })
    expect(message?.Body).toBe(input.MessageBody ?? 'x')
    expect(message?.Attributes?.MessageGroupId).toBe(input.MessageGroupId)
  })
})

describe('a batch', () => {
  const entry = (Id: string, MessageBody = Id) => ({ Id, MessageBody })

  it.each<[what: string, entries: unknown[], code: string, message: string]>([
    ['that is empty', [], 'EmptyBatchRequest', 'There should be at least one SendMessageBatchRequestEntry'],
    [
      'of eleven',
      Array.from({ length: 11 }, (_, n) => entry(String(n))),
      'TooManyEntriesInBatchRequest',
      'You have sent 11.',
    ],
    ['with an id twice', [entry('a'), entry('a')], 'BatchEntryIdsNotDistinct', 'Id a repeated.'],
    [
      'with a malformed id',
      [entry('a:b', 'x')],
      'InvalidBatchEntryId',
      'alphanumeric characters, hyphens and underscores',
    ],
    [
      'of more than one MiB',
      [entry('a', 'x'.repeat(600_000)), entry('b', 'x'.repeat(600_000))],
      'BatchRequestTooLong',
      'You have sent 1200000 bytes.',
    ],
  ])('%s is refused as a whole', async (_what, Entries, code, message) => {
    const sqs = ownSqs()
    await sqs.create('q')
    await expect(sqs.ask('SendMessageBatch', { ...at('q'), Entries })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  it('sends the good messages beside the bad ones', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    const Entries = [entry('good'), { ...entry('late'), DelaySeconds: 901 }, entry('bad', '\u0000')]
    const { Successful, Failed } = await sqs.ask('SendMessageBatch', { ...at('q'), Entries })
    expect(Successful).toMatchObject([{ Id: 'good' }])
    expect(Failed).toMatchObject([
      { Id: 'late', Code: 'InvalidParameterValue', SenderFault: true },
      { Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true },
    ])
    expect(await sqs.bodies('q')).toEqual(['good'])
  })
})

describe('a receipt handle', () => {
  it('that was made up, or is of another queue, is refused', async () => {
    const sqs = ownSqs()
    for (const name of ['q', 'other']) await sqs.create(name)
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    const [message] = await sqs.receive('q')
    const handle = message?.ReceiptHandle ?? ''
    const changed = `${handle.startsWith('A') ? 'B' : 'A'}${handle.slice(1)}`
    for (const [name, ReceiptHandle] of [
      ['q', 'garbage'],
      ['q', changed],
      ['q', `${handle}AAAA`],
      ['other', handle],
    ] as const) {
      const refused = { code: 'ReceiptHandleIsInvalid', message: expect.stringContaining(ReceiptHandle) }
      await expect(sqs.ask('DeleteMessage', { ...at(name), ReceiptHandle })).rejects.toMatchObject(refused)
      const change = { ...at(name), ReceiptHandle, VisibilityTimeout: 0 }
      await expect(sqs.ask('ChangeMessageVisibility', change)).rejects.toMatchObject(refused)
    }
    const Entries = [
      { Id: 'bad', ReceiptHandle: 'garbage' },
      { Id: 'good', ReceiptHandle: handle },
    ]
    const { Successful, Failed } = await sqs.ask('DeleteMessageBatch', { ...at('q'), Entries })
    expect([Successful, Failed]).toMatchObject([[{ Id: 'good' }], [{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]])
  })
})
