/** What a problem (RFC 9457) says happened; undefined when the text is none. */
export function problemDetail(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { detail?: string }).detail
  } catch {
    return undefined
  }
}
