import { AttachmentResource, toAttachmentResource } from '../../app/http/attachment-resource.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { FileDeclaration } from '../../domain/attachment.ts'
import * as domain from '../../domain/request-attachment.ts'
import { attachmentBytesRow, uploadCounterRow } from '../../tables/attachment-quota.ts'
import { ticketRow } from '../../tables/tickets.ts'

/**
 * Requests an upload. The response is 202: the saga opens an upload slot once it has reserved quota, and reading the
 * attachment then returns the URL.
 */
export const requestAttachment = writeEndpoint('request-attachment', {
  summary: 'Request to attach a file to a ticket',
  roles: everyRole,
  params: ticketParams,
  body: FileDeclaration,
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId }, by) => ({
    ticket: ticketRow(tenant, ticketId),
    person: uploadCounterRow(tenant, by.id),
    tenant: attachmentBytesRow(tenant),
  }),
  decide: domain.requestAttachment,
  respond: ({ attachment, ticket }, { path, by }) =>
    jsonResponse(toAttachmentResource(attachment, by), {
      status: 202,
      version: ticket.version,
      location: `${path}/${attachment.id}`,
    }),
  success: { status: 202, schema: AttachmentResource },
})
