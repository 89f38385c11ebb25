import * as z from 'zod'
import { DomainEvent } from '../../domain/event.ts'
import { RestoreRecord } from '../../domain/restore-record.ts'
import type { Repaired } from './repair.ts'

const RepairedFile = z.object({
  undelivered: z.array(DomainEvent),
  record: RestoreRecord,
  rowsWritten: z.int().nonnegative(),
  objects: z.object({ removed: z.int().nonnegative(), restored: z.int().nonnegative(), missing: z.array(z.string()) }),
})

/** A repair as text: between it and the resumption, tables are swapped, which takes hours on AWS. */
export function formatRepaired(repaired: Repaired): string {
  return JSON.stringify(RepairedFile.parse(repaired), null, 2)
}

/** Throws `SyntaxError` or `ZodError` on another text. */
export function parseRepaired(text: string): Repaired {
  return RepairedFile.parse(JSON.parse(text))
}
