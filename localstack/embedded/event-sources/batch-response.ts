/** What a function's answer says about its batch. */
export type BatchOutcome = { kind: 'succeeded' } | { kind: 'partial'; failed: ReadonlySet<string> } | { kind: 'failed' }

/**
 * Reads `batchItemFailures` as Lambda does: null, `{}` or an empty list is success; an identifier that is missing, empty or not of
 * this batch makes the whole batch fail.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function readBatchResponse(payload: unknown, identifiers: ReadonlySet<string>): BatchOutcome {
  if (typeof payload !== 'object' || payload === null) return { kind: 'succeeded' }
  const failures = 'batchItemFailures' in payload ? payload.batchItemFailures : undefined
  if (failures === undefined || failures === null) return { kind: 'succeeded' }
  if (!Array.isArray(failures)) return { kind: 'failed' }
  const failed = new Set<string>()
  for (const failure of failures) {
    const identifier = failure?.itemIdentifier
    if (typeof identifier !== 'string' || !identifiers.has(identifier)) return { kind: 'failed' }
    failed.add(identifier)
  }
  return failed.size === 0 ? { kind: 'succeeded' } : { kind: 'partial', failed }
}
