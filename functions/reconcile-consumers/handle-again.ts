import { advanceResumption, isResumptionEvent } from '../../app/advance-resumption.ts'
import type { HandleEvent } from '../../app/consume/consume-unordered.ts'
import { type StartSagasDeps, startSagasOf } from '../../app/consumers/start-sagas.ts'

/** What the subscribers without a checkpoint do with an event whose message may be lost. */
export function handleAgain(deps: StartSagasDeps): HandleEvent {
  return async (event, deadlineMs) => {
    if (isResumptionEvent(event)) await advanceResumption(deps, event, deadlineMs)
    else await startSagasOf(deps, event, deadlineMs)
  }
}
