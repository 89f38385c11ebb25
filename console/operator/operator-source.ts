import { type Fetched, fetchJson } from '../live/fetched.ts'
import type { SagaRef } from '../saga/saga-place.ts'
import type { BlockedAggregate, ListPage, Resumption, SagaRun, SagaSummary } from '../wire-saga.ts'
import { type CollectedPage, collectPages } from './collect-pages.ts'
import { type Answer, type Command, readAnswer } from './command.ts'

/**
 * Where the pages *A saga* and *Operate* get what they show, and send commands to; nothing else of them knows. On the embedded stack the
 * operator API is behind the console's own door, which signs in as an admin of the tenant: no token comes here.
 */
export interface OperatorSource {
  sagas(tenant: string, query: SagaQuery): Promise<Fetched<CollectedPage<SagaSummary>>>
  blocked(tenant: string, cursor: string | undefined): Promise<Fetched<ListPage<BlockedAggregate>>>
  resumption(tenant: string, id: string): Promise<Fetched<Resumption>>
  saga(ref: SagaRef): Promise<Fetched<SagaRun>>
  /** Never rejects. */
  send(tenant: string, command: Command): Promise<Answer>
}

export interface SagaQuery {
  state?: string | undefined
  name?: string | undefined
  step?: string | undefined
  error?: string | undefined
  cursor: string | undefined
  limit: number
}

const addressOf = (tenant: string, path: string) => `api/${encodeURIComponent(tenant)}${path}`

export const operatorSource: OperatorSource = {
  sagas(tenant, { limit, cursor, ...filters }) {
    const read = (limit: number, cursor: string | undefined) =>
      fetchJson<ListPage<SagaSummary>>(addressOf(tenant, `/sagas${queryText({ ...filters, limit, cursor })}`))
    return collectPages(read, { limit, cursor })
  },
  blocked: (tenant, cursor) => fetchJson(addressOf(tenant, `/blocked${queryText({ cursor })}`)),
  resumption: (tenant, id) => fetchJson(addressOf(tenant, `/sagas/resumptions/${encodeURIComponent(id)}`)),
  saga: ({ tenant, id }) => fetchJson(`saga${queryText({ tenant, id })}`),
  async send(tenant, { method, path, key, body }) {
    try {
      const response = await fetch(addressOf(tenant, path), {
        method,
        headers: { 'idempotency-key': key, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      return readAnswer(response.status, response.headers.get('idempotent-replayed') === 'true', await response.text())
    } catch {
      return { is: 'unknown' }
    }
  },
}

function queryText(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given as [string, string][])}` : ''
}
