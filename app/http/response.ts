import type { StoredResponse } from '../../tables/request-keys.ts'

/** An HTTP response. The response of a write is stored in exactly this form and replayed to duplicates. */
export type ApiResponse = StoredResponse

/**
 * A JSON response; `version` becomes its ETag. `viewSequence` is the number of events that a read model reflects,
 * `staleness` why it may lack some.
 */
export function jsonResponse(
  body: unknown,
  {
    status = 200,
    version,
    location,
    viewSequence,
    staleness = [],
  }: {
    status?: number
    version?: number
    location?: string
    viewSequence?: number
    staleness?: readonly string[]
  } = {},
): ApiResponse {
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(version !== undefined && { ETag: `"${version}"` }),
      ...(location && { Location: location }),
      ...(viewSequence !== undefined && { 'X-View-Sequence': String(viewSequence) }),
      ...(staleness.length > 0 && { 'X-View-Stale': staleness.join(', ') }),
    },
    body: JSON.stringify(body),
  }
}
