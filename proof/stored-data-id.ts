import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { clientConfig, type Target, TargetError } from './target.ts'

/** Which data a target stores: a stack that was destroyed and deployed again, or an emulator that was restarted, has other data. */
export interface StoredDataId {
  id: string
  createdAtMs: number
}

/**
 * Identifies the data by the table of events, whose id DynamoDB chooses anew at each creation. Throws {@link TargetError} when
 * the table cannot be described.
 */
export async function readStoredDataId({
  outputs,
  edgeUrl,
}: Pick<Target, 'outputs' | 'edgeUrl'>): Promise<StoredDataId> {
  const client = new DynamoDBClient(clientConfig(edgeUrl))
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: outputs.EventsTable }))
    const createdAtMs = Table?.CreationDateTime?.getTime() ?? 0
    return { id: Table?.TableId ?? `${Table?.TableArn} ${createdAtMs}`, createdAtMs }
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new TargetError(
      `the table ${outputs.EventsTable} cannot be described at ${edgeUrl ?? 'AWS'} (${reason}): deploy the target again, or pass the --data folder of its deployment`,
    )
  } finally {
    client.destroy()
  }
}
