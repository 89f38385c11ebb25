import type { SNSEvent } from 'aws-lambda'
import { executeCommand } from '../../app/execute-command.ts'
import type { Observer } from '../../app/observer.ts'
import { systemActor } from '../../domain/actor.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { suppressMail } from '../../domain/suppress-mail.ts'
import { sha256 } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { userRow } from '../../tables/users.ts'
import { type Comeback, comebackOf } from './mail-event.ts'

const operation = 'system record-bounce'

export interface BounceDeps {
  store: Store
  runtime: Runtime
  observer: Observer
}

/**
 * Sends no more mail to addresses that mail came back from, by the one write path and under a key made of the news and the saga. It
 * takes back nothing: the notice stays, the saga stays completed. Throws when it can't be known now; then SNS brings it again.
 */
export async function recordBounces(deps: BounceDeps, { Records }: Pick<SNSEvent, 'Records'>): Promise<void> {
  for (const { Sns } of Records) {
    const comeback = comebackOf(Sns.Message)
    if (comeback) await suppress(deps, comeback)
  }
}

async function suppress(
  { store, runtime, observer }: BounceDeps,
  { id, why, emails, tenant, sagaId }: Comeback,
): Promise<void> {
  const { recipient, correlationId } = (await readRow(store, sagaRow(tenant, sagaId))) ?? {}
  if (!recipient || !correlationId) {
    observer.warn('mail came back that no saga sent', { tenant, sagaId })
    return
  }
  const result = await executeCommand(store, runtime, {
    tenant,
    actor: systemActor,
    key: { tenant, operation, key: `${id}.${sagaId}` },
    fingerprint: sha256(JSON.stringify([operation, id, sagaId])),
    correlationId,
    occurredAt: new Date(runtime.now()).toISOString(),
    aggregate: { type: 'user', id: recipient },
    reads: { user: userRow(tenant, recipient) },
    ids: { target: recipient, message: runtime.newId() },
    decide: (state, by) => suppressMail(state, { emails, why, ...by }),
    toResponse: ({ version }) => ({ status: 200, headers: {}, body: JSON.stringify({ version }) }),
  })
  if (result.status === 'succeeded' || result.status === 'refused') return
  throw new Error(`the address could not be suppressed now: ${result.status}`)
}
