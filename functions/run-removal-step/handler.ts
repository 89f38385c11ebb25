import { backgroundHandler } from '../../app/background-handler.ts'
import { requiredVariable, runtime, storeFromEnvironment } from '../../app/environment.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { removal } from '../../sagas/removal/removal.ts'

const objects = new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET'))
const deps = { store: storeFromEnvironment(), runtime, tools: { objects, runtime } }

export const handler = backgroundHandler((task: unknown, observer, deadlineMs) =>
  runSagaTask(removal, { ...deps, observer }, task, deadlineMs),
)
