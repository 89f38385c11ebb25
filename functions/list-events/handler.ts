import { archiveFromEnvironment } from '../../app/archive/archive-from-environment.ts'
import { httpHandler } from '../../app/http/http-handler.ts'
import { listEvents } from './list-events.ts'

export const handler = httpHandler(listEvents, { archive: archiveFromEnvironment() })
