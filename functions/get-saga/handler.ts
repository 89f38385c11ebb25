import { http } from '../../app/http/http.ts'
import { getSaga } from './get-saga.ts'

export const handler = http(getSaga)
