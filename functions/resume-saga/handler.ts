import { http } from '../http/http.ts'
import { resumeSaga } from './resume-saga.ts'

export const handler = http(resumeSaga)
