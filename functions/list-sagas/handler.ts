import { http } from '../../app/http/http.ts'
import { listSagas } from './list-sagas.ts'

export const handler = http(listSagas)
