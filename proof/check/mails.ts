import { notification } from '../../sagas/notification/notification.ts'
import type { StepKey } from '../../tables/step-keys.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './invariant.ts'

/**
 * Judged from the sink's own log, where there is one: every mail is of a saga that did not take it back, all mails of one saga go to one
 * person, and what a saga says it sent is there.
 */
export function mailsAreOfSagas({ mails, sagas, fences }: Pick<Evidence, 'mails' | 'sagas' | 'fences'>): Violation[] {
  if (!mails) return []
  const found: Violation[] = []
  const mailFences = new Map(fences.filter(({ sk }) => sk === 'STEP#mail').map(({ pk, is }) => [pk, is]))
  const byId = Map.groupBy(mails, ({ steadfastId }) => steadfastId)
  for (const { pk, is: saga } of sagas) {
    if (saga.name !== notification.name) continue
    const sent = byId.get(saga.id) ?? []
    byId.delete(saga.id)
    const fence = mailFences.get(pk)
    if (sent.length === 0 && saysSent(fence)) found.push({ subject: pk, what: 'sent a mail that the sink never had' })
    if (sent.length > 0 && fence?.state !== 'intent' && !saysSent(fence))
      found.push({ subject: pk, what: `says that it sent no mail, and the sink has ${sent.length}` })
    if (new Set(sent.map(({ to }) => to.join())).size > 1)
      found.push({ subject: pk, what: 'sent one id to several addresses' })
  }
  for (const id of byId.keys()) found.push({ subject: `mail ${id}`, what: 'belongs to no saga' })
  return found
}

function saysSent(fence: StepKey | undefined): boolean {
  return fence?.state === 'done' && (fence.result as { mail?: string }).mail === 'sent'
}
