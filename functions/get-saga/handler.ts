import { httpHandler } from '../../app/http/http-handler.ts'
import { getSaga } from './get-saga.ts'

export const handler = httpHandler(getSaga)
