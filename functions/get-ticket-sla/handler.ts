import { archiveFromEnvironment } from '../../app/archive/archive-from-environment.ts'
import { httpHandler } from '../../app/http/http-handler.ts'
import { getTicketSla } from './get-ticket-sla.ts'

export const handler = httpHandler(getTicketSla, { archive: archiveFromEnvironment() })
