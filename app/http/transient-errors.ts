/** Names and codes of errors that are not the request's fault: from the AWS SDK, DynamoDB, and Node's sockets and name lookups. */
const transientErrors = new Set([
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

/** Whether a failed read may succeed when repeated: it was throttled, the server failed, or there was no response at all. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } }
  return transientErrors.has(error.name) || transientErrors.has(String(code)) || ($metadata?.httpStatusCode ?? 0) >= 500
}
