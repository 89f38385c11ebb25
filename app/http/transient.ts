/** Names and codes of errors that say nothing against the request: AWS SDK, DynamoDB, Node's sockets and name lookups. */
const passing = new Set([
  'TimeoutError',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
])

/** Whether an error of a read may be gone when it is tried again: throttling, a fault of the server, or no answer at all. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } }
  return passing.has(error.name) || passing.has(String(code)) || ($metadata?.httpStatusCode ?? 0) >= 500
}
