import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { consumeUnordered } from '../../app/consume/consume-unordered.ts'
import { type StartSagasDeps, startSagasOf } from '../../app/consumers/start-sagas.ts'

/** Starts the sagas of a batch of events, by the deadline (epoch milliseconds). */
export async function startSagas(
  deps: StartSagasDeps,
  batch: Pick<SQSEvent, 'Records'>,
  deadlineMs: number,
): Promise<SQSBatchResponse> {
  return consumeUnordered(deps, batch, deadlineMs, (event, shareMs) => startSagasOf(deps, event, shareMs))
}
