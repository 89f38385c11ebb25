import { createHash } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import type { EngineAnswer, EngineClient } from './engine-client.ts'

/** How long after a lost answer the engine's end is still taken for its cause. */
const lateMs = 2_000
/** How many requests are remembered. */
const rememberedMax = 1_000

interface Sent {
  target: string
  body: Buffer | string
  lostAtMs?: number
  /** A crash was laid to it already. */
  counted?: true
}

/** A client that never sends a request again of which the engine died. */
export interface FatalRequests {
  client: EngineClient
  /** Called when the engine ended by itself, not when it was stopped. */
  engineCrashed(): void
}

/**
 * SDKs repeat a request that got no answer. One that was alone with the engine when it crashed is refused from then on. When several were,
 * each is a suspect: it is sent once more, alone, so that the next crash has one cause. Remembered until this process ends.
 */
export function rememberFatalRequests(client: EngineClient, now: () => number): FatalRequests {
  const inFlight = new Set<Sent>()
  let lost: Sent[] = []
  const suspects = new Set<string>()
  const fatal = new Set<string>()
  let alone: Promise<unknown> = Promise.resolve()

  async function tracked(target: string, body: Buffer | string): Promise<EngineAnswer> {
    const sent: Sent = { target, body }
    inFlight.add(sent)
    try {
      return await client.send(target, body)
    } catch (error) {
      sent.lostAtMs = now()
      if (!sent.counted) lost = [...lost.filter(isRecent), sent]
      throw error
    } finally {
      inFlight.delete(sent)
    }
  }

  const isRecent = ({ lostAtMs = 0 }: Sent) => lostAtMs > now() - lateMs

  async function send(target: string, body: Buffer | string): Promise<EngineAnswer> {
    // No crash, no cost.
    if (suspects.size === 0 && fatal.size === 0) return tracked(target, body)
    const id = idOf(target, body)
    if (fatal.has(id)) throw refused()
    const before = alone
    if (!suspects.has(id)) {
      await before
      return tracked(target, body)
    }
    const turn = before.then(async () => {
      while (inFlight.size > 0) await new Promise((resolve) => setImmediate(resolve))
      if (fatal.has(id)) throw refused()
      const answer = await tracked(target, body)
      suspects.delete(id)
      return answer
    })
    alone = turn.catch(() => {})
    return turn
  }

  return {
    client: { ...client, send },
    engineCrashed() {
      const all = [...inFlight, ...lost.filter(isRecent)]
      for (const sent of all) sent.counted = true
      const causes = [...new Set(all.map((sent) => idOf(sent.target, sent.body)))]
      lost = []
      const guilty = causes.length === 1 ? fatal : suspects
      for (const id of causes) remember(guilty, id)
    },
  }
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  const [oldest = ''] = ids
  if (ids.size > rememberedMax) ids.delete(oldest)
}

function idOf(target: string, body: Buffer | string): string {
  return createHash('sha256').update(target).update('\0').update(body).digest('base64')
}

function refused(): AwsError {
  return new AwsError(
    'ValidationException',
    'The DynamoDB engine of the embedded stack ended at this very request before, so it is not sent to it again: change the request, or restart the stack to try it once more.',
  )
}
