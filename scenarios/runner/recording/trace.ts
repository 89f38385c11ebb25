import type { TraceEntry } from 'embedded-aws/faults'

/** A live subscription to the trace of an embedded stack, filtered by a text such as a tenant's name. */
export interface TraceSubscription {
  /** Grows as calls and invocations end. */
  entries: TraceEntry[]
  stop(): Promise<void>
}

/**
 * Subscribes to the trace, and appends to `entries`; `metered` adds what each call to DynamoDB consumed. Throws when the target has no
 * trace, as on AWS and other emulators.
 */
export async function watchTrace(
  edgeUrl: string,
  text: string,
  entries: TraceEntry[] = [],
  { metered = false } = {},
): Promise<TraceSubscription> {
  const stopped = new AbortController()
  const url = `${edgeUrl}/_steadfast/trace?contains=${encodeURIComponent(text)}${metered ? '&metered' : ''}`
  const { ok, status, body } = await fetch(url, { signal: stopped.signal })
  if (!ok) {
    stopped.abort()
    throw new Error(`${url} answered ${status}: this target has no trace`)
  }
  const reading = (async () => {
    let partialLine = ''
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (partialLine + chunk).split('\n')
      partialLine = lines.pop() ?? ''
      for (const line of lines) entries.push(JSON.parse(line) as TraceEntry)
    }
  })().catch(() => {})
  return {
    entries,
    async stop() {
      stopped.abort()
      await reading
    },
  }
}
