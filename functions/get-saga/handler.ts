import { http } from '../http/http.ts'
import { getSaga } from './get-saga.ts'

export const handler = http(getSaga)
