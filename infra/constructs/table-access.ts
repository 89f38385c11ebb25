import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Access, TableName } from '../../app/catalogue/access.ts'
import type { Tables } from './deployment-context.ts'
import { constantCase } from './names.ts'

/** Statements that allow exactly `access`: one per table, and one per index that is queried or scanned. */
export function tableStatements(tables: Tables, access: Access): PolicyStatement[] {
  return entriesOf(access).flatMap(([name, actions]) => {
    const { tableArn } = tables[name]
    const onTable = actions.filter((action) => !action.includes(' '))
    const onIndexes = actions.filter((action) => action.includes(' ')).map((action) => action.split(' '))
    return [
      ...(onTable.length > 0
        ? [new PolicyStatement({ actions: onTable.map((action) => `dynamodb:${action}`), resources: [tableArn] })]
        : []),
      ...onIndexes.map(
        ([action, index]) =>
          new PolicyStatement({ actions: [`dynamodb:${action}`], resources: [`${tableArn}/index/${index}`] }),
      ),
    ]
  })
}

/** `TICKETS_TABLE` and so on, for the tables in `access` only. */
export function tableEnvironment(tables: Tables, access: Access): Record<string, string> {
  return Object.fromEntries(entriesOf(access).map(([name]) => [`${constantCase(name)}_TABLE`, tables[name].tableName]))
}

function entriesOf(access: Access): [TableName, readonly string[]][] {
  return Object.entries(access) as [TableName, readonly string[]][]
}
