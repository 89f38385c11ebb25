import { httpHandler } from '../../app/http/http-handler.ts'
import { listSagas } from './list-sagas.ts'

export const handler = httpHandler(listSagas)
