import { httpHandler } from '../../app/http/http-handler.ts'
import { runSagaNow } from './run-saga-now.ts'

export const handler = httpHandler(runSagaNow)
