/** A message as SQS's ReceiveMessage answers it. */
export interface QueueMessage {
  MessageId: string
  ReceiptHandle: string
  Body: string
  MD5OfBody: string
  MD5OfMessageAttributes?: string
  Attributes?: Record<string, string>
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>
}

/** A message as the function gets it, with the members and spellings of Lambda's SQS event. */
export function toEventRecord(message: QueueMessage, eventSourceARN: string): Record<string, unknown> {
  const { MD5OfMessageAttributes: md5OfMessageAttributes } = message
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue === undefined ? {} : { stringValue: StringValue }),
          ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    ...(md5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'us-east-1',
  }
}

/**
 * What filter patterns look at: the body as JSON, or as text when it is none. A pattern for the one does not match the other, as on
 * Lambda.
 */
export function filterData(message: QueueMessage): unknown {
  try {
    return { body: JSON.parse(message.Body) }
  } catch {
    return { body: message.Body }
  }
}

/**
 * The messages that may be deleted: those that did not fail and, in a FIFO queue, do not come after a failed one of their group, for
 * it will be delivered again and must come first.
 */
export function deletable(messages: readonly QueueMessage[], failed: ReadonlySet<string>): QueueMessage[] {
  const stuckGroups = new Set<string>()
  return messages.filter((message) => {
    const group = message.Attributes?.MessageGroupId
    const isFailed = failed.has(message.MessageId)
    if (isFailed && group !== undefined) stuckGroups.add(group)
    return !isFailed && (group === undefined || !stuckGroups.has(group))
  })
}
