import { defaultChannels } from '../../domain/user.ts'
import * as notices from '../../tables/notices.ts'
import { readRow } from '../../tables/read-row.ts'
import { userRow } from '../../tables/users.ts'
import { type Plan, skip, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { TicketNotice } from './ticket-notice.ts'

export type PostedNotice = { noticeId: string } | { notice: 'skipped'; why: 'not-wanted' }

/** Posts the in-app notice. Its id is derived from the event and the saga, so there is at most one. */
export async function postNotice({ saga, input, store }: StepContext<TicketNotice>): Promise<Plan<PostedNotice>> {
  const { type, ticketId, seq, occurredAt, recipient } = input
  const user = await readRow(store, userRow(saga.tenant, recipient))
  const { inApp } = user?.channels ?? defaultChannels
  if (!inApp) return skip({ notice: 'skipped', why: 'not-wanted' })
  const id = notices.noticeId({ occurredAt, sagaId: saga.id })
  const owner = { tenant: saga.tenant, userId: recipient }
  const notice = { id, type, ticketId, seq, createdAt: occurredAt, correlationId: saga.correlationId }
  return write([notices.postNotice(owner, notice)], { noticeId: id })
}

export async function withdrawNotice({
  saga,
  input,
  result,
}: StepContext<TicketNotice> & { result: PostedNotice | undefined }): Promise<UndoPlan> {
  if (!result || !('noticeId' in result)) return { plan: 'skip' }
  const owner = { tenant: saga.tenant, userId: input.recipient }
  return { plan: 'write', writes: [notices.withdrawNotice(owner, result.noticeId)] }
}
