import { httpHandler } from '../../app/http/http-handler.ts'
import { setPreferences } from './set-preferences.ts'

export const handler = httpHandler(setPreferences)
