import * as z from 'zod'
import { DomainEvent } from '../../domain/event.ts'
import { RestoreRecord } from '../../domain/restore-record.ts'
import type { Repaired } from './repair.ts'

const RepairedFile = z.object({
  undelivered: z.array(DomainEvent),
  record: RestoreRecord,
  rowsWritten: z.int().nonnegative(),
  /** The set of the tables that were repaired; absent in files of earlier releases. */
  tableSet: z.string().optional(),
  objects: z.object({ removed: z.int().nonnegative(), restored: z.int().nonnegative(), missing: z.array(z.string()) }),
})

/** A repair, and of which tables it was. */
export interface RepairedSet extends Repaired {
  tableSet?: string | undefined
}

/** A repair as text: between it and the resumption, tables are swapped, which takes hours on AWS. */
export function formatRepaired(repaired: RepairedSet): string {
  return JSON.stringify(RepairedFile.parse(repaired), null, 2)
}

/** Throws `SyntaxError` or `ZodError` on another text. */
export function parseRepaired(text: string): RepairedSet {
  return RepairedFile.parse(JSON.parse(text))
}
