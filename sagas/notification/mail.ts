import type { Runtime } from '../../domain/runtime.ts'
import { traceOf } from '../../domain/trace.ts'
import { defaultChannels } from '../../domain/user.ts'
import type { Mailer } from '../../gateways/mailer.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { call, type Plan, skip } from '../plan.ts'
import type { RetryPolicy } from '../retry.ts'
import type { StepContext } from '../saga.ts'
import { mailText } from './mail-text.ts'
import type { TicketNotice } from './ticket-notice.ts'

export interface MailTools {
  mailer: Mailer
  mailFrom: string
  runtime: Runtime
}

export type MailResult =
  | { mail: 'sent' }
  | { mail: 'skipped'; why: 'no-address' | 'not-wanted' | 'suppressed' | 'inactive' | 'no-ticket' }

/** About one hour in all. An outage of the mail service that lasts longer is an operator's task. */
export const whileMailIsDown: RetryPolicy = { intervalSeconds: 2, backoffRate: 2, delaySecondsMax: 600, retriesMax: 14 }

/** Sends one e-mail to the recipient's current address. It carries the saga's id, which identifies a duplicate. */
export async function sendMail({
  saga,
  input,
  store,
  tools: { mailer, mailFrom, runtime },
}: StepContext<TicketNotice, unknown, MailTools>): Promise<Plan<MailResult>> {
  const { tenant, id } = saga
  const { user, ticket } = await requireSnapshot(store, new Retries(runtime), {
    user: userRow(tenant, input.recipient),
    ticket: ticketRow(tenant, input.ticketId),
  })
  if (!user?.email) return skip({ mail: 'skipped', why: 'no-address' })
  if (!(user.channels ?? defaultChannels).email) return skip({ mail: 'skipped', why: 'not-wanted' })
  if (user.mailSuppressed) return skip({ mail: 'skipped', why: 'suppressed' })
  if (user.status !== 'active') return skip({ mail: 'skipped', why: 'inactive' })
  if (!ticket) return skip({ mail: 'skipped', why: 'no-ticket' })
  const mail = { id, tenant, from: mailFrom, to: user.email, ...traceOf(saga), ...mailText(input.type, ticket) }
  return call(async () => {
    const outcome = await mailer.send(mail)
    return outcome.status === 'accepted' ? { status: 'done', result: { mail: 'sent' } } : outcome
  })
}
