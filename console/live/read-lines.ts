/** How a run that was followed has ended, seen from here. */
export type ReadEnd = { status: 'ended' } | { status: 'left' } | { status: 'failed'; why: string }

/**
 * Begins a run, and tells each line of its answer as JSON. The run lasts as long as it is read: aborting the signal stops it. Never
 * rejects.
 */
export async function readLines<Message>(
  address: string,
  signal: AbortSignal,
  tell: (message: Message) => void,
): Promise<ReadEnd> {
  try {
    const response = await fetch(address, { method: 'POST', signal })
    if (!response.ok || !response.body) {
      const { error } = await response.json()
      return { status: 'failed', why: String(error ?? `the stack answered ${response.status}`) }
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return { status: 'ended' }
      const lines = `${rest}${value}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) tell(JSON.parse(line))
    }
  } catch {
    return signal.aborted ? { status: 'left' } : { status: 'failed', why: 'the stack does not answer any more' }
  }
}
