import * as z from 'zod'
import { Notice } from '../../tables/notices.ts'

const { id, type, ticketId, seq, createdAt, readAt, mail } = Notice.shape

/** A notice as its owner sees it: which event of which ticket. `readAt` is null until it is read, `mail` until its e-mail is settled. */
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
  .meta({ id: 'Notice', description: 'Tells one person of one event of a ticket.' })

export function noticeResource(notice: Notice): z.infer<typeof NoticeResource> {
  const { id, type, ticketId, seq, createdAt, readAt = null, mail = null } = notice
  return { id, type, ticketId, seq, createdAt, readAt, mail }
}
