import type { StoredResponse } from '../../tables/request-keys.ts'

/** An HTTP response. The response of a write is stored in exactly this form and replayed to duplicates. */
export type ApiResponse = StoredResponse

/** A JSON response; `version` becomes its ETag. `viewSequence` is the number of events that a read model reflects. */
export function jsonResponse(
  body: unknown,
  {
    status = 200,
    version,
    location,
    viewSequence,
  }: { status?: number; version?: number; location?: string; viewSequence?: number } = {},
): ApiResponse {
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(version !== undefined && { ETag: `"${version}"` }),
      ...(location && { Location: location }),
      ...(viewSequence !== undefined && { 'X-View-Sequence': String(viewSequence) }),
    },
    body: JSON.stringify(body),
  }
}
