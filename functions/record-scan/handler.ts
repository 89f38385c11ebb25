import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { recordScan } from './record-scan.ts'

const deps = { store: storeFromEnvironment(), runtime, callbacks: new SfnCallbacks() }

export const handler = backgroundHandler((event: unknown, observer, deadlineMs) =>
  recordScan({ ...deps, observer }, event, deadlineMs),
)
