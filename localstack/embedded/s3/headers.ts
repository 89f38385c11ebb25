/** Request headers by lower-case name, each once. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Node's form of headers in ours. */
export function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  )
}
