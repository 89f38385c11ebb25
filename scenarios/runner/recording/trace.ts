import type { Traced } from '../../../localstack/embedded/faults/trace.ts'

/** What happened at the edges of an embedded stack, as far as it concerns one text, such as a tenant's name. */
export interface Trace {
  seen: Traced[]
  stop(): Promise<void>
}

/** Watches from now on; what is seen comes after what was `seen` before. Throws where there is no embedded edge to tell it. */
export async function watch(edgeUrl: string, text: string, seen: Traced[] = []): Promise<Trace> {
  const leaving = new AbortController()
  const url = `${edgeUrl}/_steadfast/trace?contains=${encodeURIComponent(text)}`
  const { ok, status, body } = await fetch(url, { signal: leaving.signal })
  if (!ok) {
    leaving.abort()
    throw new Error(`${url} answers ${status}: nothing is told here`)
  }
  const reading = (async () => {
    let rest = ''
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) seen.push(JSON.parse(line) as Traced)
    }
  })().catch(() => {})
  return {
    seen,
    async stop() {
      leaving.abort()
      await reading
    },
  }
}
