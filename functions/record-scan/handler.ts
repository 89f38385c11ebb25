import { backgroundHandler } from '../../app/background-handler.ts'
import { storeFromEnvironment } from '../../app/environment.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { recordScan } from './record-scan.ts'

const deps = { store: storeFromEnvironment(), callbacks: new SfnCallbacks() }

export const handler = backgroundHandler((event: unknown, observer) => recordScan({ ...deps, observer }, event))
