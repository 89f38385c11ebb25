import { describe, expect, it } from 'vitest'
import { arnOf, at, ownSqs } from './sqs-fixture.ts'

describe('a standard queue', () => {
  it('hides what was received until its visibility timeout ends, and counts receives', async () => {
    const sqs = ownSqs()
    await sqs.create('q', { VisibilityTimeout: '30' })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    const [first] = await sqs.receive('q')
    expect(await sqs.bodies('q')).toEqual([])
    expect(sqs.queues.nextVisibleAtMs('q')).toBe(sqs.clock.nowMs + 30_000)
    sqs.clock.nowMs += 30_000
    const [second] = await sqs.receive('q', { MessageSystemAttributeNames: ['ApproximateReceiveCount'] })
    expect(second).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } })
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle)
    // An old handle does nothing; the latest deletes, also when its timeout has ended, and deletes again.
    await sqs.ask('DeleteMessage', { ...at('q'), ReceiptHandle: first?.ReceiptHandle })
    sqs.clock.nowMs += 30_000
    await sqs.ask('DeleteMessage', { ...at('q'), ReceiptHandle: second?.ReceiptHandle })
    await sqs.ask('DeleteMessage', { ...at('q'), ReceiptHandle: second?.ReceiptHandle })
    expect(await sqs.bodies('q')).toEqual([])
  })

  it('delays by the queue or by the message, and tells how many wait', async () => {
    const sqs = ownSqs()
    await sqs.create('q', { DelaySeconds: '5' })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'by queue' })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'by message', DelaySeconds: 0 })
    expect(await sqs.bodies('q')).toEqual(['by message'])
    const { Attributes } = await sqs.ask('GetQueueAttributes', { ...at('q'), AttributeNames: ['All'] })
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
    })
    sqs.clock.nowMs += 5_000
    expect(await sqs.bodies('q')).toEqual(['by queue'])
  })

  it('moves what was received too often to its dead-letter queue, as old as it is', async () => {
    const sqs = ownSqs()
    await sqs.create('dead', { MessageRetentionPeriod: '60' })
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 })
    await sqs.create('q', { RedrivePolicy, VisibilityTimeout: '1' })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'poison' })
    for (let n = 0; n < 2; n++) {
      expect(await sqs.bodies('q')).toEqual(['poison'])
      sqs.clock.nowMs += 1_000
    }
    expect(await sqs.bodies('q')).toEqual([])
    expect(sqs.notified.at(-1)).toBe('sqs:dead')
    const [dead] = await sqs.receive('dead', { MessageSystemAttributeNames: ['All'], VisibilityTimeout: 0 })
    expect(dead).toMatchObject({
      Body: 'poison',
      Attributes: { DeadLetterQueueSourceArn: arnOf('q'), ApproximateReceiveCount: '1' },
    })
    const sources = await sqs.ask('ListDeadLetterSourceQueues', at('dead'))
    expect(sources.queueUrls).toEqual([at('q').QueueUrl])
    sqs.clock.nowMs += 58_000
    expect(await sqs.bodies('dead')).toEqual([])
  })

  it('keeps its messages when its dead-letter queue is gone', async () => {
    const sqs = ownSqs()
    await sqs.create('dead')
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 })
    await sqs.create('q', { RedrivePolicy })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    await sqs.ask('DeleteQueue', at('dead'))
    for (let n = 0; n < 3; n++) expect(await sqs.bodies('q', { VisibilityTimeout: 0 })).toEqual(['a'])
  })

  it('answers a long poll as soon as a message is visible, and at its end with none', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    const polled = sqs.bodies('q', { WaitTimeSeconds: 20 })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    expect(await polled).toEqual(['a'])
    const [message] = await sqs.receive('q', { WaitTimeSeconds: 0 })
    expect(message).toBeUndefined()
    const waiting = sqs.bodies('q', { WaitTimeSeconds: 20 })
    await sqs.queues.stop()
    expect(await waiting).toEqual([])
  })

  it('forgets messages that are older than its retention period', async () => {
    const sqs = ownSqs()
    await sqs.create('q', { MessageRetentionPeriod: '60' })
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    sqs.clock.nowMs += 59_999
    expect(await sqs.bodies('q', { VisibilityTimeout: 0 })).toEqual(['a'])
    sqs.clock.nowMs += 1
    expect(await sqs.bodies('q')).toEqual([])
  })

  it('is purged at most once a minute, and its name is free a minute after its end', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    await sqs.ask('PurgeQueue', at('q'))
    expect(await sqs.bodies('q')).toEqual([])
    await expect(sqs.ask('PurgeQueue', at('q'))).rejects.toMatchObject({ code: 'PurgeQueueInProgress', status: 403 })
    await sqs.ask('DeleteQueue', at('q'))
    await expect(sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })).rejects.toMatchObject({
      code: 'QueueDoesNotExist',
    })
    await expect(sqs.create('q')).rejects.toMatchObject({ code: 'QueueDeletedRecently' })
    sqs.clock.nowMs += 60_000
    await sqs.create('q')
    expect(await sqs.bodies('q')).toEqual([])
  })
})

describe('a visibility timeout', () => {
  it('can be changed while the message is in flight, for twelve hours in all', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    const [message] = await sqs.receive('q')
    const change = (VisibilityTimeout: number) =>
      sqs.ask('ChangeMessageVisibility', {
        ...at('q'),
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout,
      })
    await expect(change(43_201)).rejects.toThrow('Must be >= 0 and <= 43200')
    await change(43_200)
    sqs.clock.nowMs += 1_000
    await expect(change(43_200)).rejects.toThrow(
      'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    )
    await change(0)
    expect(await sqs.bodies('q')).toEqual(['a'])
    await expect(change(1)).rejects.toThrow('not available for visibility timeout change')
  })

  it('that has ended is not begun again by a heartbeat that comes too late', async () => {
    const sqs = ownSqs()
    await sqs.create('q')
    await sqs.ask('SendMessage', { ...at('q'), MessageBody: 'a' })
    const [message] = await sqs.receive('q', { VisibilityTimeout: 1 })
    sqs.clock.nowMs += 1_000
    const heartbeat = { ...at('q'), ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 30 }
    await sqs.ask('ChangeMessageVisibility', heartbeat)
    expect(await sqs.bodies('q')).toEqual(['a'])
  })
})

describe('a message move task', () => {
  const dead = { MessageSystemAttributeNames: ['All'] }

  it('returns dead messages to the queues that they came from, as new ones', async () => {
    const sqs = ownSqs()
    await sqs.create('dead')
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 })
    for (const name of ['q', 'r']) {
      await sqs.create(name, { RedrivePolicy })
      await sqs.ask('SendMessage', { ...at(name), MessageBody: name })
      await sqs.receive(name, { VisibilityTimeout: 0 })
      expect(await sqs.bodies(name)).toEqual([])
    }
    await sqs.ask('StartMessageMoveTask', { SourceArn: arnOf('dead') })
    const list = async () => (await sqs.ask('ListMessageMoveTasks', { SourceArn: arnOf('dead') })).Results?.[0]
    const done = { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 2 }
    await expect.poll(list).toMatchObject(done)
    const [back] = await sqs.receive('q', dead)
    expect(back).toMatchObject({ Body: 'q', Attributes: { ApproximateReceiveCount: '1' } })
    expect(back?.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn')
    expect(await sqs.bodies('r')).toEqual(['r'])
  })

  it('goes on after a restart, and ends when it is cancelled', async () => {
    const sqs = ownSqs()
    await sqs.create('dead')
    await sqs.create('elsewhere')
    await sqs.create('q', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 }),
    })
    const bodies = Array.from({ length: 30 }, (_, n) => String(n))
    for (const MessageBody of bodies) await sqs.ask('SendMessage', { ...at('dead'), MessageBody })
    const move = { SourceArn: arnOf('dead'), DestinationArn: arnOf('elsewhere') }
    const { TaskHandle } = await sqs.ask('StartMessageMoveTask', { ...move, MaxNumberOfMessagesPerSecond: 1 })
    await expect(sqs.ask('StartMessageMoveTask', move)).rejects.toThrow('Only one active task is allowed')
    await sqs.restart()
    const moved = async () => (await sqs.ask('ListMessageMoveTasks', { SourceArn: arnOf('dead') })).Results?.[0]
    expect(await moved()).toMatchObject({ Status: 'RUNNING', TaskHandle, MaxNumberOfMessagesPerSecond: 1 })
    await expect.poll(async () => Number((await moved())?.ApproximateNumberOfMessagesMoved)).toBeGreaterThan(0)
    await sqs.ask('CancelMessageMoveTask', { TaskHandle })
    await expect(sqs.ask('CancelMessageMoveTask', { TaskHandle: 'x' })).rejects.toThrow('TaskHandle is invalid')
    const drain = async (name: string) => {
      const all: string[] = []
      for (let some = await sqs.bodies(name); some.length > 0; some = await sqs.bodies(name)) all.push(...some)
      return all
    }
    const [gone, left] = [await drain('elsewhere'), await drain('dead')]
    expect([...gone, ...left]).toEqual(bodies)
    expect(await moved()).toMatchObject({ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: gone.length })
  })

  it('fails when it can’t tell where a message came from, and is refused for a queue that is not a dead-letter queue', async () => {
    const sqs = ownSqs()
    await sqs.create('dead')
    await sqs.ask('SendMessage', { ...at('dead'), MessageBody: 'a' })
    await expect(sqs.ask('StartMessageMoveTask', { SourceArn: arnOf('dead') })).rejects.toThrow(
      'Source queue must be configured as a Dead Letter Queue.',
    )
    await sqs.create('q', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 }),
    })
    await sqs.ask('StartMessageMoveTask', { SourceArn: arnOf('dead') })
    await expect
      .poll(async () => (await sqs.ask('ListMessageMoveTasks', { SourceArn: arnOf('dead') })).Results)
      .toMatchObject([{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }])
  })
})
