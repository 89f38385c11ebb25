import { describe, expect, it } from 'vitest'
import { type Answers, arnOf, at, ownSqs } from './sqs-fixture.ts'

describe('a queue', () => {
  const redrive = (target: string, maxReceiveCount: unknown = 3) => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount }),
  })

  it.each<[what: string, name: string, attributes: Record<string, string>, code: string, message: string]>([
    ['with a slash in its name', 'a/b', {}, 'InvalidParameterValueException', '1 to 80 in length'],
    ['named .fifo that is none', 'new.fifo', {}, 'InvalidParameterValueException', '1 to 80 in length'],
    [
      'that is FIFO and not named so',
      'new',
      { FifoQueue: 'true' },
      'InvalidParameterValueException',
      'must end with .fifo',
    ],
    [
      'that says it is no FIFO queue',
      'new',
      { FifoQueue: 'false' },
      'InvalidAttributeName',
      'Unknown Attribute FifoQueue.',
    ],
    ['with an unknown attribute', 'new', { Colour: 'red' }, 'InvalidAttributeName', 'Unknown Attribute Colour.'],
    [
      'with a delay of 901 s',
      'new',
      { DelaySeconds: '901' },
      'InvalidAttributeValue',
      'for the parameter DelaySeconds.',
    ],
    ['with a size of 2 MiB', 'new', { MaximumMessageSize: '2097152' }, 'InvalidAttributeValue', 'MaximumMessageSize'],
    ['with no number', 'new', { VisibilityTimeout: '' }, 'InvalidAttributeValue', 'VisibilityTimeout'],
    [
      'whose dead-letter queue does not exist',
      'new',
      redrive(arnOf('none')),
      'InvalidParameterValueException',
      'Reason: Dead letter target does not exist.',
    ],
    [
      'whose dead-letter queue is of another type',
      'new',
      redrive(arnOf('q.fifo')),
      'InvalidParameterValueException',
      'Reason: Dead-letter queue must be same type of queue as the source.',
    ],
    [
      'whose dead-letter queue does not allow it',
      'new',
      redrive(arnOf('private')),
      'InvalidParameterValueException',
      'RedrivePolicy is invalid',
    ],
    [
      'with a count of 0',
      'new',
      redrive(arnOf('q'), 0),
      'InvalidParameterValueException',
      'Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.',
    ],
    ['with a policy', 'new', { Policy: '{}' }, 'NotImplemented', 'queue policies'],
    [
      'with other attributes than the one that is there',
      'q',
      { DelaySeconds: '1' },
      'QueueNameExists',
      'A queue already exists with the same name and a different value for attribute DelaySeconds',
    ],
  ])('%s is refused', async (_what, QueueName, Attributes, code, message) => {
    const sqs = ownSqs()
    for (const name of ['q', 'q.fifo']) await sqs.create(name)
    await sqs.create('private', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' })
    const created: Promise<Answers> = sqs.ask('CreateQueue', { QueueName, Attributes })
    await expect(created).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    expect((await sqs.ask('ListQueues', { QueueNamePrefix: 'new' })).QueueUrls).toBeUndefined()
  })

  it('that is there is created again when its attributes are equal, and listed in pages', async () => {
    const sqs = ownSqs()
    const RedriveAllowPolicy = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('a')] })
    await sqs.create('dead', { RedriveAllowPolicy })
    for (let n = 0; n < 2; n++) await sqs.create('a', { VisibilityTimeout: '60', ...redrive(arnOf('dead')) })
    await sqs.create('b')
    const first = await sqs.ask('ListQueues', { MaxResults: 2 })
    const second = await sqs.ask('ListQueues', { MaxResults: 2, NextToken: first.NextToken })
    expect([first.QueueUrls, second.QueueUrls]).toEqual([[at('a').QueueUrl, at('b').QueueUrl], [at('dead').QueueUrl]])
    expect(second.NextToken).toBeUndefined()
  })

  it('keeps its attributes and tags over a restart, and takes a policy away by an empty one', async () => {
    const sqs = ownSqs()
    await sqs.create('dead')
    await sqs.create('a', redrive(arnOf('dead')))
    await sqs.ask('TagQueue', { ...at('a'), Tags: { team: 'x', other: 'y' } })
    await sqs.ask('UntagQueue', { ...at('a'), TagKeys: ['other'] })
    await sqs.ask('SetQueueAttributes', { ...at('a'), Attributes: { VisibilityTimeout: '7' } })
    await sqs.restart()
    const get = async () => (await sqs.ask('GetQueueAttributes', { ...at('a'), AttributeNames: ['All'] })).Attributes
    expect(await get()).toMatchObject({ VisibilityTimeout: '7', ...redrive(arnOf('dead')), QueueArn: arnOf('a') })
    expect((await sqs.ask('ListQueueTags', at('a'))).Tags).toEqual({ team: 'x' })
    await sqs.ask('SetQueueAttributes', { ...at('a'), Attributes: { RedrivePolicy: '' } })
    expect(await get()).not.toHaveProperty('RedrivePolicy')
  })
})
