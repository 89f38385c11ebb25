import { http } from '../../app/http/http.ts'
import { resumeSaga } from './resume-saga.ts'

export const handler = http(resumeSaga)
