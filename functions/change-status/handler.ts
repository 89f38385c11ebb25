import { httpHandler } from '../../app/http/http-handler.ts'
import { changeStatus } from './change-status.ts'

export const handler = httpHandler(changeStatus)
