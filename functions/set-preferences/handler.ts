import { http } from '../../app/http/http.ts'
import { setPreferences } from './set-preferences.ts'

export const handler = http(setPreferences)
