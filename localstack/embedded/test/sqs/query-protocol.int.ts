import { describe, expect, it } from 'vitest'
import { ownEdge } from '../edge/own-edge.ts'

/** A call as SDKs from before 2024 make it. */
async function caller() {
  const { origin } = await ownEdge()
  return async (Action: string, parameters: Record<string, string> = {}, path = '/') => {
    const body = new URLSearchParams({ Action, Version: '2012-11-05', ...parameters })
    const answer = await fetch(`${origin}${path}`, { method: 'POST', body })
    return { status: answer.status, text: await answer.text() }
  }
}

const content = (xml: string, element: string) =>
  [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text]) => text)

describe('the query protocol', () => {
  it('creates, fills and empties a queue, called by its own address', async () => {
    const call = await caller()
    const created = await call('CreateQueue', {
      QueueName: 'q.fifo',
      'Attribute.1.Name': 'FifoQueue',
      'Attribute.1.Value': 'true',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'x',
    })
    const [url = ''] = content(created.text, 'QueueUrl')
    const path = new URL(url).pathname
    const sent = await call(
      'SendMessage',
      {
        MessageBody: 'a\r<&>',
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        'MessageAttribute.1.Name': 'n',
        'MessageAttribute.1.Value.DataType': 'Number',
        'MessageAttribute.1.Value.StringValue': '1',
      },
      path,
    )
    expect(content(sent.text, 'SequenceNumber')).toEqual([expect.stringMatching(/^\d{20}$/)])
    const received = await call(
      'ReceiveMessage',
      { 'AttributeName.1': 'ApproximateReceiveCount', 'MessageAttributeName.1': 'All', MaxNumberOfMessages: '10' },
      path,
    )
    expect(content(received.text, 'Body')).toEqual(['a&#xD;&lt;&amp;&gt;'])
    expect(received.text).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>')
    expect(received.text).toContain(
      '<MessageAttribute><Name>n</Name><Value><DataType>Number</DataType><StringValue>1</StringValue></Value></MessageAttribute>',
    )
    const [handle = ''] = content(received.text, 'ReceiptHandle')
    const deleted = await call('DeleteMessageBatch', {
      QueueUrl: url,
      'DeleteMessageBatchRequestEntry.1.Id': 'good',
      'DeleteMessageBatchRequestEntry.1.ReceiptHandle': handle,
      'DeleteMessageBatchRequestEntry.2.Id': 'bad',
      'DeleteMessageBatchRequestEntry.2.ReceiptHandle': 'x',
    })
    expect(deleted.text).toContain('<DeleteMessageBatchResultEntry><Id>good</Id></DeleteMessageBatchResultEntry>')
    expect(deleted.text).toContain('<BatchResultErrorEntry><Id>bad</Id><Code>ReceiptHandleIsInvalid</Code>')
    const attributes = await call('GetQueueAttributes', { QueueUrl: url, 'AttributeName.1': 'All' })
    expect(attributes.text).toContain('<Attribute><Name>ApproximateNumberOfMessages</Name><Value>0</Value></Attribute>')
    const tags = await call('ListQueueTags', { QueueUrl: url })
    expect(tags.text).toContain('<Tag><Key>team</Key><Value>x</Value></Tag>')
    expect(content((await call('ListQueues')).text, 'QueueUrl')).toEqual([url])
  })

  it('writes errors with the names that it always had', async () => {
    const call = await caller()
    const missing = await call('GetQueueUrl', { QueueName: 'none' })
    expect(missing.status).toBe(400)
    expect(content(missing.text, 'Code')).toEqual(['AWS.SimpleQueueService.NonExistentQueue'])
    expect(content(missing.text, 'Message')).toEqual(['The specified queue does not exist for this wsdl version.'])
    const refused = await call('CreateQueue', { QueueName: 'a/b' })
    expect(content(refused.text, 'Code')).toEqual(['InvalidParameterValue'])
  })
})
