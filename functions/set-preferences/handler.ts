import { http } from '../http/http.ts'
import { setPreferences } from './set-preferences.ts'

export const handler = http(setPreferences)
