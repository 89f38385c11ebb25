import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Code } from 'aws-cdk-lib/aws-lambda'
import type { TableName } from '../../app/catalogue/access.ts'
import type { FunctionName } from '../../app/functions.ts'
import type { Stage } from '../stages.ts'

/** What every stack and construct is built from: the stage and the code of each function. */
export interface DeploymentContext {
  stage: Stage
  codeOf: (name: FunctionName) => Code
  /** Encrypts everything that is stored, on stages with a key of their own. Without it, AWS's keys do. */
  dataKey?: IKey
}

export type Tables = Record<TableName, Table>
