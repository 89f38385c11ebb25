import type { TableName } from '../../app/catalogue/access.ts'
import { kebabCase, type OfStage, physicalName } from './names.ts'

/** The set whose tables have neither suffix nor setting. */
export const firstTableSet = 'first'

/** The physical name of a table of a set, such as `steadfast-dev-request-keys-r20260301`. */
export function tableNameIn(set: string, context: OfStage, table: TableName): string {
  return nameInSet(physicalName(context, kebabCase(table)), set)
}

/** The name that a table of the first set has in this one. */
export function nameInSet(firstName: string, set: string): string {
  return set === firstTableSet ? firstName : `${firstName}-${set}`
}

/** The name that a deployed table, of whatever set, has in the first set. Another table's name is returned as it is. */
export function nameInFirstSet(name: string, table: TableName): string {
  return new RegExp(`^(.+-${kebabCase(table)})-[a-z][a-z0-9]*$`).exec(name)?.[1] ?? name
}
