import * as z from 'zod'
import { Generations, type ViewCatalog } from '../domain/view-catalog.ts'
import { absent } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/** `Views`: the one row that says which generations of the read models exist. It belongs to no tenant. */
const table = 'Views'

const key = { pk: 'CATALOG', sk: 'GENERATIONS' }

/** It may name read models that only a later version has: they stay as they are, so that a deployment can be taken back. */
export const StoredCatalog = z.object({ revision: z.int().positive(), views: z.record(z.string(), Generations) })

/** A catalog as it was read: `revision` counts its changes, and is 0 before the first. */
export interface ReadCatalog {
  catalog: ViewCatalog
  revision: number
}

export const noCatalog: ReadCatalog = { catalog: {}, revision: 0 }

export const catalogRow: RowRead<ReadCatalog> = { table, key, parse: parseCatalog }

/** Throws `ZodError` when the row is not a catalog. */
export function parseCatalog(row: Row): ReadCatalog {
  const { revision, views } = StoredCatalog.parse(row)
  return { catalog: views as ViewCatalog, revision }
}

export function isCatalog({ pk }: Row): boolean {
  return pk === key.pk
}

/** Replaces the catalog that was read, provided it is still stored. */
export function replaceCatalog(views: ViewCatalog, { revision }: ReadCatalog): Write {
  const when = revision === 0 ? absent : ({ attribute: 'revision', equals: revision } as const)
  return { kind: 'put', table, row: { ...key, revision: revision + 1, views }, when }
}
