import { backgroundHandler } from '../../app/background-handler.ts'
import { requiredVariable, runtime, storeFromEnvironment, uploadsAreScanned } from '../../app/environment.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { detectType } from '../../sagas/attachment/detect-type.ts'

const saga = attachmentSaga({ isScanned: uploadsAreScanned() })
const tools = {
  objects: new S3ObjectStore(requiredVariable('ATTACHMENTS_BUCKET')),
  scanner: new EicarScanner(),
  detectType,
  callbacks: new SfnCallbacks(),
  runtime,
  uploadSeconds: Number(requiredVariable('UPLOAD_SECONDS')),
}
const deps = { store: storeFromEnvironment(), runtime, tools }

export const handler = backgroundHandler((task: unknown, observer, deadlineMs) =>
  runSagaTask(saga, { ...deps, observer }, task, deadlineMs),
)
