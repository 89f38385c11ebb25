import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { RowChanges } from '../../console/wire-timeline.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { withoutSecrets } from './read-row.ts'

/** What the stack recorded of one row: DynamoDB JSON before and after each change. */
export interface RecordedRowChanges {
  table: string
  since: string
  isPart: boolean
  changes: { atMs: number; before: string | undefined; after: string | undefined }[]
}

/** Recorded changes of a row as they may be shown: without what must be shown to nobody. Undefined for an unknown table. */
export function showRowChanges({ table, since, isPart, changes }: RecordedRowChanges): RowChanges | undefined {
  if (!Object.hasOwn(tableShapes, table)) return undefined
  const shown = (image: string | undefined) =>
    image === undefined ? {} : withoutSecrets(table as TableName, unmarshall(JSON.parse(image)) as Row).attributes
  return {
    since,
    isPart,
    changes: changes.map(({ atMs, before, after }) => {
      return { at: new Date(atMs).toISOString(), before: shown(before), after: shown(after) }
    }),
  }
}
