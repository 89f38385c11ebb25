import { tableShapes } from '../../tables/key-shapes.ts'
import type { TableName } from '../../tables/store.ts'
import type { PricedTemplate } from '../cost/app-settings.ts'
import { shortName } from '../short-name.ts'

/** What of the deployed app bounds its throughput. */
export interface Deployed {
  /** Readers of each table's stream. */
  streamReaders: Partial<Record<TableName, number>>
  queues: { name: string; kind: 'standard' | 'FIFO' | 'FIFO, high throughput' }[]
}

export function readDeployed(templates: readonly PricedTemplate[]): Deployed {
  const resources = templates.flatMap(({ Resources }) => Object.values(Resources))
  const of = (type: string) => resources.flatMap(({ Type, Properties = {} }) => (Type === type ? [Properties] : []))
  const streamReaders: Partial<Record<TableName, number>> = {}
  for (const { StartingPosition, EventSourceArn } of of('AWS::Lambda::EventSourceMapping')) {
    if (StartingPosition === undefined) continue
    const table = tableNamedIn(JSON.stringify(EventSourceArn))
    streamReaders[table] = (streamReaders[table] ?? 0) + 1
  }
  const queues = of('AWS::SQS::Queue').map(({ QueueName, FifoQueue, FifoThroughputLimit }) => {
    const kind = FifoThroughputLimit === 'perMessageGroupId' ? ('FIFO, high throughput' as const) : ('FIFO' as const)
    return { name: shortName(String(QueueName)), kind: FifoQueue === true ? kind : ('standard' as const) }
  })
  return { streamReaders, queues: queues.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }
}

/** Throws `Error` for a stream of no table of the app. */
function tableNamedIn(reference: string): TableName {
  const names = Object.keys(tableShapes) as TableName[]
  const found = names.find((name) => new RegExp(`${name}[0-9A-F]{8}`).test(reference))
  if (!found) throw new Error(`the stream ${reference} is of no table of the app`)
  return found
}
