/** The addresses of a header such as `"Doe, Jane" <jane@example.com>, joe@example.com`, as they stand there. */
export function splitAddresses(header: string): string[] {
  const parts = header.match(/(?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<])+/g) ?? []
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** The bare address of `Jane <jane@example.com>`. */
export function addressOf(text: string): string {
  return /<([^<>]*)>\s*$/.exec(text)?.[1]?.trim() ?? text.trim()
}

/** The domain in lower case, without the dot that a full name may end in. */
export function domainOf(text: string): string {
  return (addressOf(text).split('@').at(-1) ?? '').toLowerCase().replace(/\.$/, '')
}

export function isAddress(text: string): boolean {
  return /^[^\s@<>,]+@[^\s@<>,]+$/.test(addressOf(text))
}
