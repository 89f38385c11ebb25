import { uploadsAreScanned } from '../../app/environment.ts'
import { httpHandler } from '../../app/http/http-handler.ts'
import { runSagaNowEndpoint } from './run-saga-now.ts'

export const handler = httpHandler(runSagaNowEndpoint({ isScanned: uploadsAreScanned() }))
