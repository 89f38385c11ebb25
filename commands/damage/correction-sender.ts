import type { CorrectionAnswer, CorrectionRequest } from '../../proof/damage/repair-damage.ts'
import { fetchWhole } from '../../proof/fetch-whole.ts'
import { isRetryable } from '../../proof/load/attempt.ts'
import type { Target } from '../../proof/target.ts'
import { cachedTokens } from '../load/cached-tokens.ts'
import { problemDetail } from '../program/problem-detail.ts'

/**
 * Sends corrections to a target's API: with the given token, or as the user, by tokens that are signed with the keys of the data folder.
 */
export function correctionSender(
  { apiUrl, dataDir }: Pick<Target, 'apiUrl' | 'dataDir'>,
  { token: given, user }: { token?: string; user: string },
): (request: CorrectionRequest) => Promise<CorrectionAnswer> {
  const tokenFor = cachedTokens(dataDir)
  return async ({ tenant, ticketId, key, body }) => {
    const token = given ?? (await tokenFor({ tenant, user, role: 'admin' }))
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': key,
    }
    try {
      const url = `${apiUrl}/tickets/${encodeURIComponent(ticketId)}/corrections`
      const response = await fetchWhole(url, { method: 'POST', headers, body: JSON.stringify(body) })
      const text = await response.text()
      return {
        status: response.status,
        replayed: response.headers.get('idempotent-replayed') === 'true',
        retryable: isRetryable(response.status, text),
        detail: problemDetail(text),
      }
    } catch {
      return { status: undefined, replayed: false, retryable: true }
    }
  }
}
