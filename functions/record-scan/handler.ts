import { storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { recordScan } from './record-scan.ts'

const scans = { store: storeFromEnvironment(), callbacks: new SfnCallbacks() }

export const handler = withObserver((event: unknown, observer) => recordScan(scans, observer, event))
