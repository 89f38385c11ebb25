import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'

/** What a resume has to know of a saga: `version` counts its events, `parking` is where it waits. */
interface Resumable {
  id: string
  state: string
  version: number
  parking?: { id: string } | undefined
}

export interface ResumeSaga extends CommandMetadata {
  parkingId: string
}

/** An operator lets a parked saga go on. It names the parking that was looked at: a saga that parked again meanwhile is left waiting. */
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
