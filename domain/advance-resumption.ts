import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Resumption, SagaPosition } from './resumption.ts'

export interface AdvanceResumption extends CommandMetadata {
  /** The version whose part of the list was gone through. */
  version: number
  refused: number
  failed: number
  /** The last saga that was looked at; undefined at the end of the list. */
  after: SagaPosition | undefined
}

/** Records how far a resumption has come. Of two copies that went through the same part, one is recorded. */
export function advanceResumption(
  { resumption }: { resumption?: Resumption | undefined },
  { version, after, at, ...counts }: AdvanceResumption,
): Decision<{ version: number }> {
  if (!resumption) return refused({ why: 'not-found', what: 'resumption' })
  if (resumption.version !== version) return unchanged({ version: resumption.version })
  const { refused: refusedCount, failed } = counts
  const finishedAt = after === undefined ? at : undefined
  const advance = { refused: refusedCount, failed, after, finishedAt, version: version + 1 }
  return changed(
    { type: 'resumption.advanced', data: { refused: refusedCount, failed, isFinished: after === undefined } },
    [{ operation: 'advance', entity: 'resumption', resumptionId: resumption.id, advance }],
    { version: version + 1 },
  )
}
