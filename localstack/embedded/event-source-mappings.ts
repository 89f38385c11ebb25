import type { DynamoDb } from './dynamodb/start-dynamodb.ts'
import type { EventSource, EventSourceTools } from './event-sources/event-source.ts'
import { createQueueSource } from './event-sources/queue-source.ts'
import { createStreamSource } from './event-sources/stream-source.ts'
import type { Queues } from './sqs/start-queues.ts'
import type { EventSourceMappingModel } from './template/model.ts'
import { TemplateError } from './template/template-error.ts'

interface Sources {
  dynamoDb: DynamoDb
  queues: Queues
}

/** Starts reading for every enabled mapping; streams keep what the readers have not consumed yet. */
export function startMappings(
  mappings: EventSourceMappingModel[],
  tools: EventSourceTools,
  sources: Sources,
): EventSource[] {
  return mappings.filter(({ enabled }) => enabled).map((mapping) => startMapping(mapping, tools, sources))
}

function startMapping(
  mapping: EventSourceMappingModel,
  tools: EventSourceTools,
  { dynamoDb, queues }: Sources,
): EventSource {
  const { id, source, path } = mapping
  if (source.kind === 'sqs') {
    const { nextVisibleAtMs } = queues
    return createQueueSource({ ...tools, nextVisibleAtMs, mapping: { ...mapping, queueName: source.queueName } })
  }
  const { tableName } = source
  const eventSourceArn = dynamoDb.tables.find((table) => table.tableName === tableName)?.streamArn
  if (!eventSourceArn) throw new TemplateError(`${path} (AWS::Lambda::EventSourceMapping): ${tableName} has no stream.`)
  dynamoDb.registerReader(tableName, id)
  return createStreamSource({
    ...tools,
    streams: dynamoDb.streams,
    mapping: { ...mapping, tableName, eventSourceArn },
    onConsumed: (name, sequenceNumber) => dynamoDb.consumedUpTo(name, id, sequenceNumber),
  })
}
