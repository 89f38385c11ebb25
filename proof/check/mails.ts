import { notification } from '../../sagas/notification/notification.ts'
import type { Evidence } from './evidence.ts'
import { type FenceOrExpired, fenceReader } from './fences.ts'
import type { Violation } from './invariant.ts'
import { readRestores } from './restores.ts'

/**
 * Compares the sagas with the mail sink's log, where the target has one. A saga that says it sent a mail has one in the log; a mail in
 * the log has a saga that sent it and did not compensate it; all mails of a saga go to one person.
 */
export function mailViolations({
  mails,
  sagas,
  fences,
  digests,
  readAtMs,
}: Pick<Evidence, 'mails' | 'sagas' | 'fences' | 'digests' | 'readAtMs'>): Violation[] {
  if (!mails) return []
  const found: Violation[] = []
  const fenceOf = fenceReader({ fences, readAtMs })
  const mailsById = Map.groupBy(mails, ({ steadfastId }) => steadfastId)
  for (const stored of sagas) {
    const { pk, value: saga } = stored
    if (saga.name !== notification.name) continue
    const sent = mailsById.get(saga.id) ?? []
    mailsById.delete(saga.id)
    const fence = fenceOf(stored, 'mail')
    if (sent.length === 0 && saysSent(fence))
      found.push({ subject: pk, problem: 'says that it sent a mail, but the mail sink has none' })
    const mayHaveSent = fence.state === 'intent' || fence.state === 'expired' || saysSent(fence)
    if (sent.length > 0 && !mayHaveSent)
      found.push({ subject: pk, problem: `says that it sent no mail, but the mail sink has ${sent.length}` })
    if (new Set(sent.map(({ to }) => to.join())).size > 1)
      found.push({ subject: pk, problem: 'sent mails under one id to several addresses' })
  }
  // Nobody can take back a mail about what a restore has lost.
  for (const id of readRestores(digests?.kept ?? []).flatMap(({ record }) => record.effects)) mailsById.delete(id)
  for (const id of mailsById.keys()) found.push({ subject: `mail ${id}`, problem: 'belongs to no saga' })
  return found
}

function saysSent(fence: FenceOrExpired): boolean {
  return fence.state === 'done' && (fence.result as { mail?: string }).mail === 'sent'
}
