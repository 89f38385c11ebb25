import { fetchWhole } from '../../proof/fetch-whole.ts'
import { isRetryable } from '../../proof/load/attempt.ts'
import { TargetError } from '../../proof/target.ts'
import { problemDetail } from '../program/problem-detail.ts'
import type { ParkedSaga, SagaApi } from './resume-sagas.ts'

/** The sagas of a target's API, for the admin whose token it is. */
export function sagaApi(apiUrl: string, token: string): SagaApi {
  const authorization = { Authorization: `Bearer ${token}` }
  return {
    async list(query) {
      const parameters = Object.entries({ ...query, limit: '100' }).filter(([, value]) => value !== undefined)
      const response = await fetchWhole(`${apiUrl}/sagas?${new URLSearchParams(parameters as [string, string][])}`, {
        headers: authorization,
      })
      const text = await response.text()
      if (!response.ok)
        throw new TargetError(`the sagas could not be listed: ${problemDetail(text) ?? response.status}`)
      return JSON.parse(text) as { items: ParkedSaga[]; nextCursor?: string }
    },
    async resume({ id, parkingId }, key) {
      try {
        const response = await fetchWhole(`${apiUrl}/sagas/${encodeURIComponent(id)}/resume`, {
          method: 'POST',
          headers: { ...authorization, 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify({ parkingId }),
        })
        const text = await response.text()
        const detail = problemDetail(text)
        const { status } = response
        return { status, retryable: isRetryable(status, text), ...(detail !== undefined && { detail }) }
      } catch {
        return { status: undefined, retryable: true }
      }
    },
  }
}
