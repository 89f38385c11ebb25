import { archiveFromEnvironment } from '../../app/archive/archive-from-environment.ts'
import { httpHandler } from '../../app/http/http-handler.ts'
import { correctTicket } from './correct-ticket.ts'

export const handler = httpHandler(correctTicket, { archive: archiveFromEnvironment() })
