import { DescribeTableCommand, type DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb'

/** Tables of a stage that refuse to be deleted, by name. The region is the client's. */
export async function protectedTables(client: DynamoDBClient, stage: string): Promise<string[]> {
  const found: string[] = []
  for await (const { TableNames = [] } of paginateListTables({ client }, {}))
    for (const TableName of TableNames.filter((name) => name.startsWith(`steadfast-${stage}-`))) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))
      if (Table?.DeletionProtectionEnabled) found.push(TableName)
    }
  return found
}
