import { http } from '../http/http.ts'
import { listSagas } from './list-sagas.ts'

export const handler = http(listSagas)
