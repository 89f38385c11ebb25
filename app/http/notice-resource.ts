import * as z from 'zod'
import { Notice } from '../../tables/notices.ts'

const { id, type, ticketId, seq, createdAt, readAt, mail } = Notice.shape

/** A notice as its recipient sees it. `readAt` is null until it is read, `mail` until the outcome of its e-mail is known. */
export const NoticeResource = z
  .strictObject({
    id,
    type,
    ticketId,
    seq,
    createdAt,
    readAt: readAt.unwrap().nullable(),
    mail: mail.unwrap().nullable(),
  })
  .meta({ id: 'Notice', description: 'Notifies one user of one event of a ticket.' })

export function toNoticeResource(notice: Notice): z.infer<typeof NoticeResource> {
  const { id, type, ticketId, seq, createdAt, readAt = null, mail = null } = notice
  return { id, type, ticketId, seq, createdAt, readAt, mail }
}
