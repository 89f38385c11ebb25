import type { Access } from '../../app/catalogue/access.ts'
import * as functions from '../../app/functions.ts'
import type { TableName } from '../../tables/store.ts'

/** What each function may do with tables, as app/functions.ts lists it. */
export const accessOf: Record<string, Access> = Object.assign(
  {},
  ...Object.values(functions).map((group) =>
    typeof group === 'function'
      ? {}
      : Object.fromEntries(Object.entries(group).map(([name, { access }]) => [name, access])),
  ),
)

/** The functions that may do this with a table, by name. */
export function functionsThatMay(action: string, table: TableName): string[] {
  return Object.entries(accessOf)
    .flatMap(([name, access]) => (((access[table] ?? []) as readonly string[]).includes(action) ? [name] : []))
    .toSorted()
}

/** How functions write a table: what a role allows besides reading. */
export const writeActions = ['PutItem', 'UpdateItem', 'DeleteItem'] as const
