import type { ScheduledEvent } from 'aws-lambda'
import { archiveFromEnvironment } from '../../app/archive/archive-from-environment.ts'
import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import { backgroundHandler } from '../../app/background-handler.ts'
import { failedStarts } from '../../app/consumers/failed-starts.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { startSagasDeps } from '../../app/consumers/start-sagas-deps.ts'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { confirmEvents } from './confirm-events.ts'
import { DayCloser } from './digest-events.ts'
import { handleAgain } from './handle-again.ts'
import { reconcileConsumers } from './reconcile-consumers.ts'

// After a restore, consumers begin anew here: with the first event of each ticket, which may be archived.
const archive = archiveFromEnvironment()
const store = storeFromEnvironment({ below: (tables) => withArchivedEvents(tables, archive) })
const consumers = orderedConsumers(store, runtime)

const sagas = { ...startSagasDeps(), store }
const digests = new S3ObjectStore(requiredVariable('DIGESTS_BUCKET'))
const days = new DayCloser()

/** Each of the two rounds has half of the time, and what the first leaves of its half. A digest takes a few calls more. */
export const handler = backgroundHandler(async (_: ScheduledEvent, observer, deadlineMs) => {
  const deps = { store, runtime, observer, digests }
  const nowMs = runtime.now()
  const blockable = [...consumers, failedStarts({ ...sagas, observer })]
  await reconcileConsumers(deps, blockable, nowMs + (deadlineMs - nowMs) / 2)
  await confirmEvents(deps, consumers, handleAgain({ ...sagas, observer }), deadlineMs)
  await days.close(deps, deadlineMs)
})
