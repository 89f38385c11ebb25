import { http } from '../../app/http/http.ts'
import { changeStatus } from './change-status.ts'

export const handler = http(changeStatus)
