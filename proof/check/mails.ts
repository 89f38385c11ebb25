import { notification } from '../../sagas/notification/notification.ts'
import type { StepKey } from '../../tables/step-keys.ts'
import type { Evidence } from './evidence.ts'
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
}: Pick<Evidence, 'mails' | 'sagas' | 'fences' | 'digests'>): Violation[] {
  if (!mails) return []
  const found: Violation[] = []
  const mailFences = new Map(fences.filter(({ sk }) => sk === 'STEP#mail').map(({ pk, value }) => [pk, value]))
  const mailsById = Map.groupBy(mails, ({ steadfastId }) => steadfastId)
  for (const { pk, value: saga } of sagas) {
    if (saga.name !== notification.name) continue
    const sent = mailsById.get(saga.id) ?? []
    mailsById.delete(saga.id)
    const fence = mailFences.get(pk)
    if (sent.length === 0 && saysSent(fence))
      found.push({ subject: pk, problem: 'says that it sent a mail, but the mail sink has none' })
    if (sent.length > 0 && fence?.state !== 'intent' && !saysSent(fence))
      found.push({ subject: pk, problem: `says that it sent no mail, but the mail sink has ${sent.length}` })
    if (new Set(sent.map(({ to }) => to.join())).size > 1)
      found.push({ subject: pk, problem: 'sent mails under one id to several addresses' })
  }
  // Nobody can take back a mail about what a restore has lost.
  for (const id of readRestores(digests?.kept ?? []).flatMap(({ record }) => record.effects)) mailsById.delete(id)
  for (const id of mailsById.keys()) found.push({ subject: `mail ${id}`, problem: 'belongs to no saga' })
  return found
}

function saysSent(fence: StepKey | undefined): boolean {
  return fence?.state === 'done' && (fence.result as { mail?: string }).mail === 'sent'
}
