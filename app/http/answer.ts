import type { StoredAnswer } from '../../tables/request-keys.ts'

/** What a function answers: exactly what is stored for duplicates of a write. */
export type Answer = StoredAnswer

/** A JSON answer; `version` becomes its ETag. */
export function json(
  body: unknown,
  { status = 200, version, location }: { status?: number; version?: number; location?: string } = {},
): Answer {
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
