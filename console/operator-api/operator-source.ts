import type { Fetched } from '../live/fetched.ts'
import type { SagaRef } from '../saga/saga-place.ts'
import type { BlockedAggregate, HoldList, ListPage, Resumption, SagaRun, SagaSummary } from '../wire-saga.ts'
import { type CollectedPage, collectPages } from './collect-pages.ts'
import type { Answer, Command } from './command.ts'

/** Where the pages *A saga* and *Operate* get what they show, and send commands to; nothing else of them knows. */
export interface OperatorSource {
  sagas(tenant: string, query: SagaQuery): Promise<Fetched<CollectedPage<SagaSummary>>>
  holds(tenant: string): Promise<Fetched<HoldList>>
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
  heldFor?: string | undefined
  cursor: string | undefined
  limit: number
}

/** What the API itself lists, asked by `ask`. */
export function listsFrom(
  ask: <Value>(tenant: string, path: string) => Promise<Fetched<Value>>,
): Pick<OperatorSource, 'sagas' | 'holds' | 'blocked' | 'resumption'> {
  return {
    sagas(tenant, { limit, cursor, ...filters }) {
      const read = (limit: number, cursor: string | undefined) =>
        ask<ListPage<SagaSummary>>(tenant, `/sagas${queryText({ ...filters, limit, cursor })}`)
      return collectPages(read, { limit, cursor })
    },
    holds: (tenant) => ask(tenant, '/holds'),
    blocked: (tenant, cursor) => ask(tenant, `/blocked${queryText({ cursor })}`),
    resumption: (tenant, id) => ask(tenant, `/sagas/resumptions/${encodeURIComponent(id)}`),
  }
}

export function queryText(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given as [string, string][])}` : ''
}
