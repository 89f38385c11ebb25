import type { SNSEvent } from 'aws-lambda'
import { handleEachRecord } from '../../app/each-record.ts'
import type { Observer } from '../../app/observer.ts'
import { executeSystemCommand } from '../../app/system-command.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { suppressMail } from '../../domain/suppress-mail.ts'
import { traceOf } from '../../domain/trace.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { userRow } from '../../tables/users.ts'
import { type MailFailure, parseMailFailure } from './mail-event.ts'

export interface BounceDeps {
  store: Store
  runtime: Runtime
  observer: Observer
}

/**
 * Suppresses addresses whose mail bounced or was reported as spam, through the one write path; the idempotency key combines the
 * notification and the saga. It compensates nothing: the notice stays, the saga stays completed. Throws when the outcome is not
 * definite, so that SNS delivers the notification again.
 */
export async function recordBounces(
  deps: BounceDeps,
  { Records }: Pick<SNSEvent, 'Records'>,
  deadlineMs: number,
): Promise<void> {
  await handleEachRecord(deps, Records, deadlineMs, async ({ Sns }, shareMs) => {
    const failure = parseMailFailure(Sns.Message)
    if (failure) await suppress(deps, failure, shareMs)
  })
}

async function suppress(
  { store, runtime, observer }: BounceDeps,
  { id, why, emails, happenedAt, tenant, sagaId }: MailFailure,
  deadlineMs: number,
): Promise<void> {
  const saga = await readRow(store, sagaRow(tenant, sagaId))
  if (!saga?.recipient) {
    observer.warn('bounce of a mail that no saga sent', { tenant, sagaId })
    return
  }
  const result = await executeSystemCommand(store, runtime, {
    tenant,
    operation: 'system record-bounce',
    derivedFrom: [id, sagaId],
    ...traceOf(saga),
    aggregate: { type: 'user', id: saga.recipient },
    reads: { user: userRow(tenant, saga.recipient) },
    decide: (state, by) => suppressMail(state, { emails, why, happenedAt, ...by }),
    deadlineMs,
  })
  if (result.status === 'succeeded' || result.status === 'refused') return
  throw new Error(`the address could not be suppressed (${result.status}): SNS will deliver the notification again`)
}
