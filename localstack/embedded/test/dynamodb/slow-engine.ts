import { AwsError } from '../../aws-error.ts'
import type { EngineClient } from '../../dynamodb/engine-client.ts'

type Input = Record<string, unknown>

/** An engine that answers in its own time, in the order of the calls. */
export function slowEngine() {
  const tables = new Map<string, unknown[]>()
  const operations: Record<string, (input: Input) => Input> = {
    DescribeTable({ TableName }) {
      if (!tables.has(String(TableName))) throw new AwsError('ResourceNotFoundException', 'no such table')
      return { Table: { TableName } }
    },
    CreateTable({ TableName }) {
      if (tables.has(String(TableName))) throw new AwsError('ResourceInUseException', 'there is one already')
      tables.set(String(TableName), [])
      return { TableDescription: { TableName } }
    },
    BatchWriteItem({ RequestItems }) {
      for (const [table, items] of Object.entries(RequestItems as Record<string, unknown[]>))
        tables.get(table)?.push(...items)
      return {}
    },
  }
  const call = async (target: string, input: Input) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return operations[target.split('.')[1] ?? '']?.(input) ?? {}
  }
  return { engine: { call } as unknown as EngineClient, tables }
}
