/**
 * The error without what others have put into it: its name, message, stack and causes are left. Errors of the AWS SDK carry what the
 * service answered, such as the rows on which the conditions of a transaction failed, and the logger as well as Lambda's runtime print
 * every property. The message of a syntax error quotes the text that could not be parsed.
 */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, stack, cause } = error
  const message = error instanceof SyntaxError ? 'the text is not valid JSON' : error.message
  const plain = new Error(message, cause instanceof Error ? { cause: plainError(cause) } : undefined)
  return Object.assign(plain, { name, stack: stack?.replace(error.message, message) })
}
