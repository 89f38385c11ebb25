import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

interface Consumed {
  CapacityUnits?: number
}

/**
 * Has every answer of the client say which capacity it has consumed, and passes the units on. Source: Amazon DynamoDB API Reference,
 * "ReturnConsumedCapacity".
 */
export function reportCapacity(client: DynamoDBDocumentClient, onConsumed: (units: number) => void): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as typeof args.input
      const result = await next({ ...args, input })
      const { ConsumedCapacity: consumed } = result.output as { ConsumedCapacity?: Consumed | Consumed[] }
      onConsumed([consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0))
      return result
    },
    { step: 'initialize', name: 'reportCapacity' },
  )
}
