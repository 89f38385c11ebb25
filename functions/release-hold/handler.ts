import { httpHandler } from '../../app/http/http-handler.ts'
import { releaseHold } from './release-hold.ts'

export const handler = httpHandler(releaseHold)
