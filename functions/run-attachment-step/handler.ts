import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { S3Objects } from '../../gateways/objects-s3.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { observed } from '../observer.ts'
import { runSagaTask } from '../run-saga-task.ts'
import { required, store, world } from '../runtime.ts'
import { uploadsAreScanned } from '../uploads-are-scanned.ts'

const saga = attachmentSaga({ isScanned: uploadsAreScanned() })
const tools = {
  objects: new S3Objects(required('ATTACHMENTS_BUCKET')),
  scanner: new EicarScanner(),
  callbacks: new SfnCallbacks(),
  world,
  uploadSeconds: Number(required('UPLOAD_SECONDS')),
}
const means = { store: store(), world, tools }

export const handler = observed((task: unknown, observer, untilMs) => runSagaTask(saga, means, observer, task, untilMs))
