import { httpHandler } from '../../app/http/http-handler.ts'
import { listHolds } from './list-holds.ts'

export const handler = httpHandler(listHolds)
