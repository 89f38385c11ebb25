import type { StackModel } from 'embedded-aws/extension'
import type { Topology } from '../../../console/wire.ts'
import { shortName } from '../short-name.ts'

/** What the picture of the flow shows of the deployed app: no list of its own that could become outdated. */
export function topologyOf({ eventSourceMappings, stateMachines }: StackModel): Topology {
  const subscribers = eventSourceMappings.flatMap(({ source, functionRef }) => {
    if (source.kind !== 'sqs') return []
    const [, name = functionRef] = /:function:([^:]+)/.exec(functionRef) ?? []
    return [{ queue: shortName(source.queueName), consumer: shortName(name) }]
  })
  return { subscribers, sagas: stateMachines.map(({ name }) => shortName(name)) }
}
