import { httpHandler } from '../../app/http/http-handler.ts'
import { listLiveSagas } from './list-live-sagas.ts'

export const handler = httpHandler(listLiveSagas)
