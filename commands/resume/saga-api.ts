import { fetchWhole } from '../../proof/fetch-whole.ts'
import { isRetryable } from '../../proof/load/attempt.ts'
import { TargetError } from '../../proof/target.ts'
import { problemDetail } from '../program/problem-detail.ts'
import type { Filters, SagaApi } from './resume-sagas.ts'

/** An answer that is none of success; or none came, which is worth another try. */
class RefusedError extends TargetError {
  readonly retryable: boolean

  constructor(message: string, retryable: boolean) {
    super(message)
    this.retryable = retryable
  }
}

/** The sagas of a target's API, for the admin whose token it is. */
export function sagaApi(apiUrl: string, token: string): SagaApi {
  async function call<T>(path: string, init: { method?: string; key?: string; body?: unknown } = {}): Promise<T> {
    const { method = 'GET', key, body } = init
    const response = await fetchWhole(`${apiUrl}/sagas${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(key !== undefined && { 'Idempotency-Key': key, 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.ok) return JSON.parse(text) as T
    const why = problemDetail(text) ?? `answered ${response.status}`
    throw new RefusedError(`${method} /sagas${path}: ${why}`, isRetryable(response.status, text))
  }
  return {
    list: (query) => call(`?${new URLSearchParams({ ...given(query), limit: '100' })}`),
    request: (filter, key) => call('/resumptions', { method: 'POST', key, body: { filter: given(filter) } }),
    progress: (id) => call(`/resumptions/${encodeURIComponent(id)}`),
  }
}

function given(filters: Filters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
}
