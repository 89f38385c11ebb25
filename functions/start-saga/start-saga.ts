import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { isRedriveOf, redrive } from '../../app/consume/catch-up.ts'
import { consumeUnordered } from '../../app/consume/consume-unordered.ts'
import { failedStarts, noteFailedStart } from '../../app/consumers/failed-starts.ts'
import { type StartSagasDeps, startSagasOf } from '../../app/consumers/start-sagas.ts'

/**
 * Starts the sagas of a batch of events, by the deadline (epoch milliseconds). An event that keeps failing is noted before its message
 * becomes a dead letter; an operator's redrive tries such events again.
 */
export async function startSagas(
  deps: StartSagasDeps,
  batch: Pick<SQSEvent, 'Records'>,
  deadlineMs: number,
): Promise<SQSBatchResponse> {
  const failed = failedStarts(deps)
  return consumeUnordered(
    deps,
    batch,
    deadlineMs,
    (event, shareMs) =>
      isRedriveOf(failed, event) ? redrive(deps, failed, event, shareMs) : startSagasOf(deps, event, shareMs),
    (event) => noteFailedStart(deps, event),
  )
}
