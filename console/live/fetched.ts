/** Something that the stack was asked for. */
export type Fetched<Value> =
  | { status: 'loading' }
  | { status: 'there'; value: Value }
  | { status: 'failed'; why: string }

/** Asks the stack; never rejects. */
export async function fetchJson<Value>(address: string, init: RequestInit = {}): Promise<Fetched<Value>> {
  try {
    const response = await fetch(address, init)
    const content = (await response.json()) as Value & { error?: unknown; detail?: unknown }
    if (response.ok) return { status: 'there', value: content }
    return { status: 'failed', why: String(content.error ?? content.detail ?? `the stack answered ${response.status}`) }
  } catch {
    return { status: 'failed', why: 'the stack does not answer' }
  }
}
