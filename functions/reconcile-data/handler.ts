import type { ScheduledEvent } from 'aws-lambda'
import { archiveFromEnvironment } from '../../app/archive/archive-from-environment.ts'
import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import { backgroundHandler } from '../../app/background-handler.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { startSagasDeps } from '../../app/consumers/start-sagas-deps.ts'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { reconcileData } from './reconcile-data.ts'

const archive = archiveFromEnvironment()
const store = storeFromEnvironment({ below: (tables) => withArchivedEvents(tables, archive) })
const deps = {
  store,
  runtime,
  sagas: { ...startSagasDeps(), store },
  objects: new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET')),
  consumers: orderedConsumers(store, runtime),
}

export const handler = backgroundHandler((_: ScheduledEvent, observer, deadlineMs) =>
  reconcileData({ ...deps, observer }, deadlineMs),
)
