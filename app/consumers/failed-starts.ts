import type { DomainEvent } from '../../domain/event.ts'
import { blockCheckpointAt, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { readCheckpoint } from '../consume/checkpoint.ts'
import type { Consumer } from '../consume/consumer.ts'
import { type StartSagasDeps, startSagasOf } from './start-sagas.ts'

/**
 * `start-saga` for events that it could not handle. It needs no order and keeps no checkpoint while all goes well; what keeps failing is a
 * block of its aggregate, as in an ordered consumer: listed for the tenant's admins, tried again every few
 * minutes, and redriven on request.
 */
export function failedStarts(deps: StartSagasDeps): Consumer {
  return {
    name: 'start-saga',
    async handle(event, { deadlineMs }) {
      await startSagasOf(deps, event, deadlineMs)
      return []
    },
  }
}

/** Notes that the sagas of an event could not be started. A lost race is noted at the next receive; whatever fails, the message stays. */
export async function noteFailedStart(deps: StartSagasDeps, event: DomainEvent): Promise<void> {
  const { store, observer } = deps
  const before = await readCheckpoint(deps, failedStarts(deps), event)
  const { status } = await store.write(replaceCheckpoint(before, blockCheckpointAt(before, event.seq)))
  if (status === 'done' && before.blockedAt === undefined) observer.count('AggregatesBlocked')
}
