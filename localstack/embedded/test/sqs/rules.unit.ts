import { describe, expect, it } from 'vitest'
import { type MessageAttributes, md5OfAttributes, selectAttributes } from '../../sqs/rules/message-attributes.ts'
import { changedAttributes, defaultAttributes, settingsOf } from '../../sqs/rules/queue-attributes.ts'
import { changedVisibility, mayDelete, sortOut } from '../../sqs/rules/receive.ts'
import { checkRedriveTarget, parseRedriveAllowPolicy } from '../../sqs/rules/redrive.ts'
import { checkMessage, deduplicationScope } from '../../sqs/rules/send.ts'

const text = (StringValue: string) => ({ DataType: 'String', StringValue })

describe('the digest of message attributes', () => {
  const attributes: MessageAttributes = { General: text('Kenobi'), Hello: text('There'), 'Help.Me': text('Me') }

  // What SQS itself answered.
  it.each([
    [['All'], '4c360f3fdafd970e05fae2f149d997f5'],
    [['.*'], '4c360f3fdafd970e05fae2f149d997f5'],
    [['Hello', 'General'], 'fca026605781cb4126a1e9044df24232'],
    [['Hello', 'None'], 'a311262e065454b75da111d535b8dacd'],
    [['Hel.*'], '83fee93c1bcd8b9a5a923ffacdc636c7'],
    [['None'], undefined],
    [[], undefined],
  ])('of %j is that of SQS', (wanted, digest) => {
    expect(md5OfAttributes(selectAttributes(attributes, wanted))).toBe(digest)
  })

  it('of a binary value is that of SQS', () => {
    const bytes = 'traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01'
    const BinaryValue = Buffer.from(bytes).toString('base64')
    const digest = md5OfAttributes({ attr1: { DataType: 'Binary', BinaryValue } })
    expect(digest).toBe('8cbe4db156db8a94db8b801b7addb984')
  })
})

describe('what becomes of the next messages', () => {
  const message = (seq: number, visibleMs = 0, receiveCount = 0) => ({ seq, visibleMs, receiveCount })
  const now = { nowMs: 10, room: 2, maxReceiveCount: 3 }

  it('is that as many are delivered as there is room for, in their order', () => {
    expect(sortOut([message(1), message(2), message(3)], now)).toEqual({ deliver: [1, 2], dead: [] })
  })

  it('is that one which is not visible yet holds up those behind it', () => {
    expect(sortOut([message(1), message(2, 11), message(3)], now)).toEqual({ deliver: [1], dead: [] })
  })

  it('is that those received too often are dead, unless there is no place for them', () => {
    const candidates = [message(1, 0, 3), message(2, 0, 2)]
    expect(sortOut(candidates, now)).toEqual({ deliver: [2], dead: [1] })
    expect(sortOut(candidates, { ...now, maxReceiveCount: undefined })).toEqual({ deliver: [1, 2], dead: [] })
  })
})

describe('a receipt handle', () => {
  const taken = { visibleMs: 100, takenMs: 0, isLatest: true }
  const inTime = { isFifo: true, nowMs: 99 }
  const tooLate = { isFifo: true, nowMs: 100 }

  it('deletes in a FIFO queue only until the visibility timeout ends', () => {
    expect(mayDelete('h', taken, inTime)).toBe(true)
    expect(() => mayDelete('h', taken, tooLate)).toThrow('The receipt handle has expired.')
    expect(() => mayDelete('h', { ...taken, isLatest: false }, inTime)).toThrow('expired')
  })

  it('deletes in a standard queue as long as it is the latest', () => {
    expect(mayDelete('h', taken, { ...tooLate, isFifo: false })).toBe(true)
    expect(mayDelete('h', { ...taken, isLatest: false }, { ...inTime, isFifo: false })).toBe(false)
  })

  it('of a message that is gone deletes nothing, and can’t change its visibility', () => {
    expect(mayDelete('h', undefined, inTime)).toBe(false)
    expect(() => changedVisibility('h', undefined, { ...inTime, seconds: 1 })).toThrow('does not exist')
  })

  it('keeps a message for at most twelve hours in all', () => {
    const later = { isFifo: false, nowMs: 1_000 }
    const hidden = { ...taken, visibleMs: 30_000 }
    expect(changedVisibility('h', hidden, { ...later, seconds: 43_199 })).toBe(43_200_000)
    expect(() => changedVisibility('h', hidden, { ...later, seconds: 43_200 })).toThrow('beyond the limit')
  })

  it('can’t hide a message again that is visible: a FIFO queue refuses it, a standard queue does nothing', () => {
    expect(() => changedVisibility('h', taken, { ...tooLate, seconds: 30 })).toThrow('not available')
    expect(changedVisibility('h', taken, { ...tooLate, isFifo: false, seconds: 30 })).toBeUndefined()
    expect(changedVisibility('h', taken, { ...inTime, isFifo: false, seconds: 30 })).toBe(30_099)
  })
})

describe('deduplication', () => {
  const fifo = (changes = {}) => settingsOf({ ...defaultAttributes(true), ...changes })
  const message = { MessageBody: 'x', MessageGroupId: 'g' }

  it('counts in the queue, or in the group when the queue says so', () => {
    expect(deduplicationScope(fifo(), 'g')).toBe('')
    expect(deduplicationScope(fifo({ DeduplicationScope: 'messageGroup' }), 'g')).toBe('g')
  })

  it('takes the given id before the digest of the body', () => {
    const queue = fifo({ ContentBasedDeduplication: 'true' })
    const digest = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    expect(checkMessage(message, queue).deduplicationId).toBe(digest)
    expect(checkMessage({ ...message, MessageDeduplicationId: 'd' }, queue).deduplicationId).toBe('d')
    expect(() => checkMessage(message, fifo())).toThrow('ContentBasedDeduplication enabled')
  })

  it('per group is what high throughput needs', () => {
    const change = (changes: Record<string, string>) => changedAttributes(defaultAttributes(true), changes)
    expect(() => change({ FifoThroughputLimit: 'perMessageGroupId' })).toThrow('DeduplicationScope is messageGroup')
    const both = { FifoThroughputLimit: 'perMessageGroupId', DeduplicationScope: 'messageGroup' }
    expect(change(both)).toMatchObject(both)
  })
})

describe('a redrive policy', () => {
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`
  const policy = { deadLetterTargetArn: arn('dead'), maxReceiveCount: 1 }
  const source = { arn: arn('q'), isFifo: false }
  const target = (allow?: object) => ({
    arn: arn('dead'),
    isFifo: false,
    redriveAllowPolicy: allow && parseRedriveAllowPolicy(JSON.stringify(allow)),
  })

  it.each([
    ['every queue', undefined],
    ['every queue, by its policy', { redrivePermission: 'allowAll' }],
    ['this one', { redrivePermission: 'byQueue', sourceQueueArns: [arn('q')] }],
  ])('is taken when its target allows %s', (_whom, allow) => {
    expect(() => checkRedriveTarget(policy, source, target(allow))).not.toThrow()
  })

  it.each([
    ['no queue', { redrivePermission: 'denyAll' }],
    ['another one', { redrivePermission: 'byQueue', sourceQueueArns: [arn('r')] }],
  ])('is refused when its target allows %s', (_whom, allow) => {
    expect(() => checkRedriveTarget(policy, source, target(allow))).toThrow('RedrivePolicy is invalid')
  })

  it('is refused when its target is missing, is the queue itself, or is of another type', () => {
    expect(() => checkRedriveTarget(policy, source, undefined)).toThrow('does not exist')
    expect(() => checkRedriveTarget(policy, { ...source, arn: arn('dead') }, target())).toThrow('different queue')
    expect(() => checkRedriveTarget(policy, { ...source, isFifo: true }, target())).toThrow('same type')
  })
})
