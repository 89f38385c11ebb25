import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { fetchWhole } from '../../fetch-whole.ts'

/** What requests to DynamoDB consumed, in the capacity units that AWS bills. */
export interface Work {
  calls: number
  readUnits: number
  writeUnits: number
}

/** A way to DynamoDB on which every call is counted, whatever client sends it. */
export interface CallMeter {
  /** The address of the meter, which forwards to the engine. */
  endpoint: string
  /** What has been consumed since the last call of this. */
  take(): Work
  close(): Promise<void>
}

interface Answer {
  ConsumedCapacity?: Consumed | Consumed[]
  __type?: string
}

interface Consumed {
  CapacityUnits?: number
}

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']

/**
 * A write whose condition fails is billed by the size of the stored item; the answer does not say so. Records of this benchmark are below
 * 1 KB. Source: Amazon DynamoDB Developer Guide, "Condition expressions".
 */
const failedConditionUnits = 1

/** Starts a meter in front of the engine at `endpoint`. It costs time, so nothing is timed through it. */
export async function meterCalls(endpoint: string): Promise<CallMeter> {
  let work = none()
  const server = createServer(async (request, response) => {
    const input: object = JSON.parse(String(await buffer(request)))
    // The engine wants to see a signature, and does not verify it.
    const names = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'] as const
    const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name])]))
    const body = JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' })
    const answer = await fetchWhole(endpoint, { method: 'POST', headers, body })
    const text = await answer.text()
    count(work, headers['x-amz-target']?.split('.').at(-1) ?? '', JSON.parse(text) as Answer)
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = work
      work = none()
      return taken
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const none = (): Work => ({ calls: 0, readUnits: 0, writeUnits: 0 })

function count(work: Work, call: string, { ConsumedCapacity: consumed, __type: error }: Answer): void {
  const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
  work.calls++
  if (!writes.includes(call)) work.readUnits += units
  else work.writeUnits += error?.endsWith('ConditionalCheckFailedException') ? failedConditionUnits : units
}
