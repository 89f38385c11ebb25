import { httpHandler } from '../../app/http/http-handler.ts'
import { resumeSaga } from './resume-saga.ts'

export const handler = httpHandler(resumeSaga)
