import type { TraceEntry } from 'embedded-aws/faults'
import { fetchWhole } from '../../../proof/fetch-whole.ts'
import { type TraceSubscription, watchTrace } from './trace.ts'

/** The trace of one scenario's tenants. Records nothing where the target has no trace. */
export interface TraceRecorder {
  /** Every entry so far. */
  entries(): readonly TraceEntry[]
  /** The entries since the last call of `takeNew`, complete up to this moment. */
  takeNew(): Promise<TraceEntry[]>
  /** The entries since the last call of `takeNew` that have come in so far. */
  pending(): TraceEntry[]
  /** Subscribes again after the stack was restarted; earlier entries stay. */
  reconnect(): Promise<void>
  stop(): Promise<void>
}

export interface TraceRecorderOptions {
  edgeUrl: string | undefined
  tenant: string
  /** Polls until the condition holds; rejects on timeout. */
  waitUntil: (what: string, isDone: () => boolean) => Promise<unknown>
}

export async function startTraceRecorder(options: TraceRecorderOptions): Promise<TraceRecorder> {
  const { edgeUrl, tenant, waitUntil } = options
  const sentinelPrefix = `${tenant}-sentinel-`
  const subscribe = async (entries?: TraceEntry[]): Promise<TraceSubscription | undefined> =>
    edgeUrl ? await watchTrace(edgeUrl, tenant, entries).catch(() => undefined) : undefined
  let trace = await subscribe()
  let sentinels = 0
  let taken = 0
  const isOwn = ({ resources }: TraceEntry) => resources?.some((name) => name.startsWith(sentinelPrefix)) ?? false
  return {
    entries: () => trace?.entries ?? [],
    async takeNew() {
      if (!trace || !edgeUrl) return []
      // Entries arrive in the order in which calls end: once a call of our own is there, so is everything that ended before it.
      const sentinel = `${sentinelPrefix}${++sentinels}`
      await callWith(edgeUrl, sentinel)
      const { entries } = trace
      await waitUntil('the trace', () => entries.some(({ resources }) => resources?.includes(sentinel)))
      const fresh = entries.slice(taken)
      taken = entries.length
      return fresh.filter((entry) => !isOwn(entry))
    },
    pending: () => (trace?.entries.slice(taken) ?? []).filter((entry) => !isOwn(entry)),
    async reconnect() {
      trace = await subscribe(trace?.entries)
    },
    async stop() {
      await trace?.stop()
    },
  }
}

/** Makes a call that changes nothing and carries the name in its input: asks for a queue that does not exist. */
async function callWith(edgeUrl: string, name: string): Promise<void> {
  await fetchWhole(edgeUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.GetQueueUrl' },
    body: JSON.stringify({ QueueName: name }),
  })
}
