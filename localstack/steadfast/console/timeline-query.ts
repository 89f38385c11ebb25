import type { TimelineQuery } from '../../../console/wire-timeline.ts'

/** The length of the longest Idempotency-Key. */
const textMax = 255

/** Undefined unless the address asks for exactly one thing. */
export function readTimelineQuery(params: URLSearchParams): TimelineQuery | undefined {
  const [ticket, correlation, key] = ['ticket', 'correlation', 'key'].map((name) => given(params.get(name)))
  if (ticket !== undefined) return { ticket }
  if (correlation !== undefined) return { correlation }
  return key === undefined ? undefined : { key }
}

function given(text: string | null): string | undefined {
  const trimmed = text?.trim() ?? ''
  return trimmed !== '' && trimmed.length <= textMax ? trimmed : undefined
}
