import type { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { TableName } from '../../app/catalogue/access.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { SettingError } from '../stages.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { table } from './table.ts'
import { firstTableSet } from './table-names.ts'

/** CDK context: the set of tables that a stage uses. A restore brings another one (docs/adr/0044). */
export const tableSetKey = 'tableSet'

/** CDK context of the first of two deployments that change the set: the one from before, which other stacks still import. */
export const replacedTableSetKey = 'replacedTableSet'

/**
 * The tables of the set in use. Those of the replaced set stay in the stack, with everything that other stacks import of them, until the
 * deployment after: CloudFormation removes no export that is in use.
 */
export function tablesInUse(stack: Stack, context: DeploymentContext): Tables {
  const set = tableSetOf(stack)
  const replaced = settingOf(stack, replacedTableSetKey)
  if (replaced === set) throw new SettingError(`The table set "${set}" can't replace itself.`)
  if (replaced !== undefined) exportAll(stack, tablesOf(stack, context, replaced))
  return tablesOf(stack, context, set)
}

/** The set in use. */
export function tableSetOf(scope: Construct): string {
  return settingOf(scope, tableSetKey) ?? firstTableSet
}

function settingOf(scope: Construct, key: string): string | undefined {
  const set: string | undefined = scope.node.tryGetContext(key)
  if (set !== undefined && !/^[a-z][a-z0-9]{0,19}$/.test(set))
    throw new SettingError(
      `${key}=${set} is no name of a table set: up to 20 small letters and digits, such as r20260301.`,
    )
  return set
}

function tablesOf(stack: Stack, context: DeploymentContext, set: string): Tables {
  const names = Object.keys(tableShapes) as TableName[]
  return Object.fromEntries(names.map((name) => [name, table(stack, name, context, set)])) as Tables
}

function exportAll(stack: Stack, tables: Tables): void {
  for (const { tableName, tableArn, tableStreamArn } of Object.values(tables)) {
    stack.exportValue(tableName)
    stack.exportValue(tableArn)
    if (tableStreamArn !== undefined) stack.exportValue(tableStreamArn)
  }
}
