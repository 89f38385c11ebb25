import type { StoredResponse } from '../../tables/request-keys.ts'

/** An HTTP response. The response of a write is stored in exactly this form and replayed to duplicates. */
export type ApiResponse = StoredResponse

/** A JSON response; `version` becomes its ETag. */
export function jsonResponse(
  body: unknown,
  { status = 200, version, location }: { status?: number; version?: number; location?: string } = {},
): ApiResponse {
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(version !== undefined && { ETag: `"${version}"` }),
      ...(location && { Location: location }),
    },
    body: JSON.stringify(body),
  }
}
