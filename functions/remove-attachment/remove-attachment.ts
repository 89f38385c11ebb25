import { AttachmentResource, toAttachmentResource } from '../../app/http/attachment-resource.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { attachmentParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/request-removal.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { ticketRow } from '../../tables/tickets.ts'

/** Requests the removal of a ready attachment. The response is 202: the saga removes the metadata, the file and its bytes in the quota. */
export const removeAttachment = writeEndpoint('remove-attachment', {
  summary: 'Request to remove a file from a ticket',
  roles: everyRole,
  params: attachmentParams,
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, attachmentId }) => ({
    ticket: ticketRow(tenant, ticketId),
    attachment: attachmentRow({ tenant, ticketId, id: attachmentId }),
  }),
  decide: domain.requestRemoval,
  respond: ({ attachment, ticket }, { by }) =>
    jsonResponse(toAttachmentResource(attachment, by), { status: 202, version: ticket.version }),
  success: { status: 202, schema: AttachmentResource },
})
