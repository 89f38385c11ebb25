import { describe, expect, it } from 'vitest'
import { arnOf, at, type OwnSqs, ownSqs } from './sqs-fixture.ts'

const name = 'q.fifo'

function send(sqs: OwnSqs, MessageBody: string, MessageGroupId: string, MessageDeduplicationId = MessageBody) {
  return sqs.ask('SendMessage', { ...at(name), MessageBody, MessageGroupId, MessageDeduplicationId })
}

describe('a FIFO queue', () => {
  it('delivers nothing of a group while a message of it is in flight, and its messages in order', async () => {
    const sqs = ownSqs()
    await sqs.create(name)
    for (const body of ['a1', 'a2', 'b1', 'a3']) await send(sqs, body, body.slice(0, 1))
    const [first] = await sqs.receive(name, { MaxNumberOfMessages: 1 })
    expect(first?.Body).toBe('a1')
    expect(await sqs.bodies(name)).toEqual(['b1'])
    await sqs.ask('DeleteMessage', { ...at(name), ReceiptHandle: first?.ReceiptHandle })
    expect(await sqs.bodies(name)).toEqual(['a2', 'a3'])
    sqs.clock.nowMs += 30_000
    expect((await sqs.bodies(name)).toSorted()).toEqual(['a2', 'a3', 'b1'])
  })

  it('refuses a handle whose visibility timeout has ended', async () => {
    const sqs = ownSqs()
    await sqs.create(name)
    await send(sqs, 'a1', 'a')
    const [message] = await sqs.receive(name)
    sqs.clock.nowMs += 30_000
    const gone = sqs.ask('DeleteMessage', { ...at(name), ReceiptHandle: message?.ReceiptHandle })
    await expect(gone).rejects.toThrow('The receipt handle has expired.')
    expect(await sqs.bodies(name)).toEqual(['a1'])
  })

  it('takes a deduplication id once in five minutes, also after a delete and a restart', async () => {
    const sqs = ownSqs()
    await sqs.create(name)
    const sent = await send(sqs, 'a1', 'a')
    const [message] = await sqs.receive(name)
    await sqs.ask('DeleteMessage', { ...at(name), ReceiptHandle: message?.ReceiptHandle })
    sqs.clock.nowMs += 299_999
    await sqs.restart()
    const again = await send(sqs, 'other', 'b', 'a1')
    expect([again.MessageId, again.SequenceNumber]).toEqual([sent.MessageId, sent.SequenceNumber])
    expect(await sqs.bodies(name)).toEqual([])
    sqs.clock.nowMs += 1
    await send(sqs, 'other', 'b', 'a1')
    expect(await sqs.bodies(name)).toEqual(['other'])
  })

  it('deduplicates within the group when its scope is the group', async () => {
    const sqs = ownSqs()
    await sqs.create(name, { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' })
    for (const group of ['a', 'b', 'a']) await send(sqs, group, group, 'same')
    expect(await sqs.bodies(name)).toEqual(['a', 'b'])
  })

  it('deduplicates by its body when it is asked to and no id is given', async () => {
    const sqs = ownSqs()
    await sqs.create(name, { ContentBasedDeduplication: 'true' })
    for (const MessageBody of ['x', 'x', 'y'])
      await sqs.ask('SendMessage', { ...at(name), MessageBody, MessageGroupId: 'a' })
    await send(sqs, 'x', 'a', 'explicit')
    expect(await sqs.bodies(name)).toEqual(['x', 'y', 'x'])
  })

  it('numbers its messages in the order in which it took them', async () => {
    const sqs = ownSqs()
    await sqs.create(name)
    const numbers = []
    for (const body of ['1', '2', '3']) numbers.push((await send(sqs, body, 'a')).SequenceNumber ?? '')
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true)
    expect(numbers.toSorted()).toEqual(numbers)
    expect(new Set(numbers).size).toBe(3)
  })

  it('repeats a receive by its attempt id until one of its messages is touched', async () => {
    const sqs = ownSqs()
    await sqs.create(name)
    for (const body of ['a1', 'a2']) await send(sqs, body, 'a')
    const attempt = { ReceiveRequestAttemptId: 'try', MessageSystemAttributeNames: ['ApproximateReceiveCount'] }
    const first = await sqs.receive(name, attempt)
    sqs.clock.nowMs += 10_000
    await sqs.restart()
    expect(await sqs.receive(name, attempt)).toEqual(first)
    sqs.clock.nowMs += 25_000
    expect(await sqs.bodies(name)).toEqual([])
    await sqs.ask('DeleteMessage', { ...at(name), ReceiptHandle: first[0]?.ReceiptHandle })
    expect(await sqs.receive(name, attempt)).toEqual([])
  })

  it('moves dead messages in their order, and delivers what follows them', async () => {
    const sqs = ownSqs()
    await sqs.create('dead.fifo')
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead.fifo'), maxReceiveCount: 1 })
    await sqs.create(name, { RedrivePolicy })
    for (const body of ['a1', 'a2', 'b1', 'a3']) await send(sqs, body, body.slice(0, 1))
    expect(await sqs.bodies(name, { MaxNumberOfMessages: 2 })).toEqual(['a1', 'a2'])
    sqs.clock.nowMs += 30_000
    expect((await sqs.bodies(name)).toSorted()).toEqual(['a3', 'b1'])
    expect(await sqs.bodies('dead.fifo')).toEqual(['a1', 'a2'])
  })

  it('delays what is there, too, when its delay changes', async () => {
    const sqs = ownSqs()
    await sqs.create(name)
    await send(sqs, 'a1', 'a')
    await sqs.ask('SetQueueAttributes', { ...at(name), Attributes: { DelaySeconds: '60' } })
    expect(await sqs.bodies(name)).toEqual([])
    sqs.clock.nowMs += 60_000
    expect(await sqs.bodies(name)).toEqual(['a1'])
  })
})
