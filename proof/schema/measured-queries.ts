import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasuredQuery } from './measure-queries.ts'

/** What `test/schema/queries.int.ts` measured on DynamoDB's engine; it compares, and `npx vitest run test/schema -u` writes it anew. */
export const measuredQueriesPath = join(import.meta.dirname, 'measured-queries.json')

export function readMeasuredQueries(): MeasuredQuery[] {
  return JSON.parse(readFileSync(measuredQueriesPath, 'utf8'))
}
