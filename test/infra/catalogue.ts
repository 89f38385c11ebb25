import type { Access } from '../../app/access.ts'
import * as functions from '../../app/functions.ts'

/** What each function may do with tables, as app/functions.ts lists it. */
export const accessOf: Record<string, Access> = Object.assign(
  {},
  ...Object.values(functions).map((group) =>
    typeof group === 'function'
      ? {}
      : Object.fromEntries(Object.entries(group).map(([name, { access }]) => [name, access])),
  ),
)
