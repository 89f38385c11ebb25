import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'

interface Resumable {
  id: string
  state: string
  /** The number of its events; only a resume adds one. */
  version: number
  /** Where the saga waits for an operator. */
  parking?: { id: string } | undefined
}

export interface ResumeSaga extends CommandMetadata {
  parkingId: string
}

/**
 * Resumes a parked saga. The command names the parking that the operator decided about: when the saga has been resumed or has parked
 * again since, the command is refused.
 */
export function resumeSaga<Saga extends Resumable>(
  { saga }: { saga?: Saga | undefined },
  { parkingId, at }: ResumeSaga,
): Decision<Saga> {
  if (!saga) return refused({ why: 'not-found', what: 'saga' })
  if (saga.state !== 'parked' || saga.parking?.id !== parkingId)
    return refused({ why: 'parking-not-current', parkingId })
  const version = saga.version + 1
  return changed(
    { type: 'saga.resumed', data: { parkingId } },
    [{ operation: 'resume', entity: 'saga', sagaId: saga.id, parkingId, version, at }],
    { ...saga, state: 'running', version },
  )
}
