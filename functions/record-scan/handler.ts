import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import { observed } from '../observer.ts'
import { store } from '../runtime.ts'
import { recordScan } from './record-scan.ts'

const scans = { store: store(), callbacks: new SfnCallbacks() }

export const handler = observed((event: unknown, observer) => recordScan(scans, observer, event))
