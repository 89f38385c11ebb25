/** An error as an AWS service would answer it: `code` is the service's error name, `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the error's JSON body, such as `CancellationReasons`. */
  readonly details: Record<string, unknown>
  /** What helps the developer and is not part of the answer. */
  readonly hint: string | undefined
  /** Headers of the answer beside those of every error. */
  readonly headers: Record<string, string>

  constructor(
    code: string,
    message: string,
    status = 400,
    details: Record<string, unknown> = {},
    { hint, headers = {} }: { hint?: string; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
    this.details = details
    this.hint = hint
    this.headers = headers
  }
}
