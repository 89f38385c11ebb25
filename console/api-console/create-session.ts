import { type Signal, signal } from '@preact/signals'
import type { Command, Answer as CommandAnswer } from '../operator-api/command.ts'
import { type ApiProblem, type Explained, explain } from './explain.ts'
import type { Reading } from './poll.ts'
import { type Claims, readToken } from './token.ts'

/** An operator at the API: signs in, asks, signs out. */
export interface Session {
  /** Whom one acts as; undefined when signed out. A new object at each sign-in. */
  who: Signal<Claims | undefined>
  /** Why one was signed out, in words; empty when one did it oneself. */
  ended: Signal<string>
  /** Signs in if the API takes the token for an operator's. Otherwise returns why not, and what to do. */
  signIn(pasted: string): Promise<string | undefined>
  signOut(): void
  /** Reads of the API, by a path such as `/sagas`; never rejects. An answer that comes after a sign-out is `failed`, whatever it is. */
  ask<Value>(path: string): Promise<Answer<Value>>
  /** How reading has gone since the last call, once nothing is under way: for a caller that reads again and again. */
  lastReading(): Promise<Reading>
  /** Sends a command; never rejects. */
  send(command: Command): Promise<CommandAnswer>
}

/** `stale`: why a read model may lack something, as the API's header `X-View-Stale` tells; empty when nothing is known to be missing. */
export type Answer<Value> = { status: 'there'; value: Value; stale: string } | ({ status: 'failed' } & Explained)

type Exchanged<Value> = (Answer<Value> & { status: 'there'; isRepeat: boolean }) | ({ status: 'failed' } & Explained)

export interface SessionDeps {
  send(path: string, init: RequestInit): Promise<Response>
  nowMs(): number
}

/** What only an operator may read, and little of it. */
const probe = '/sagas?limit=1'

/** The token is in this closure and nowhere else: not in the page, its address or its storage. Loading the page again forgets it. */
export function createSession({ send, nowMs }: SessionDeps): Session {
  const who = signal<Claims | undefined>(undefined)
  const ended = signal('')
  const underWay = new Set<Promise<unknown>>()
  let token: string | undefined
  let reading: Reading = { isOk: true }

  function end(why: string) {
    token = undefined
    who.value = undefined
    ended.value = why
  }

  async function exchange<Value>(
    bearer: string,
    claims: Claims,
    path: string,
    command?: Command,
  ): Promise<Exchanged<Value>> {
    try {
      // The API's routes are beside the page's address.
      const response = await send(path.replace(/^\//, ''), {
        method: command?.method ?? 'GET',
        headers: { authorization: `Bearer ${bearer}`, ...(command && commandHeaders(command, claims)) },
        ...(command?.body && { body: JSON.stringify(command.body) }),
        // Nothing of an answer stays in the browser, and only the token identifies the caller.
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      })
      const isRepeat = response.headers.get('idempotent-replayed') === 'true'
      const stale = response.headers.get('x-view-stale') ?? ''
      if (response.ok) return { status: 'there', value: (await response.json()) as Value, isRepeat, stale }
      const problem = (await response.json().catch(() => ({}))) as Partial<ApiProblem>
      return { status: 'failed', ...explain(response, problem, { ...claims, nowMs: nowMs() }) }
    } catch {
      return { status: 'failed', why: 'The API does not answer.', isRetryable: true, endsSession: false }
    }
  }

  /** Undefined when the user is signed out, before or meanwhile: whoever has signed in since may be of another tenant. */
  async function exchangeSignedIn<Value>(path: string, command?: Command): Promise<Exchanged<Value> | undefined> {
    const asked = who.value
    if (!asked || token === undefined) return undefined
    const answer = await exchange<Value>(token, asked, path, command)
    if (who.value !== asked) return undefined
    if (answer.status === 'failed' && answer.endsSession) end(answer.why)
    return answer
  }

  return {
    who,
    ended,
    async signIn(pasted) {
      const read = readToken(pasted)
      if ('problem' in read) return read.problem
      const answer = await exchange(read.token, read.claims, probe)
      if (answer.status === 'failed') return answer.why
      token = read.token
      ended.value = ''
      reading = { isOk: true }
      who.value = read.claims
      return undefined
    },
    signOut: () => end(''),
    async ask<Value>(path: string): Promise<Answer<Value>> {
      const exchanged = exchangeSignedIn<Value>(path)
      underWay.add(exchanged)
      const answer = (await exchanged) ?? signedOut
      underWay.delete(exchanged)
      reading = worse(reading, readingOf(answer))
      return answer
    },
    async lastReading() {
      while (underWay.size > 0) {
        await Promise.all(underWay)
        // An answer may lead to the next request, as a page of a list does.
        await new Promise((resolve) => setTimeout(resolve))
      }
      const ended = reading
      reading = { isOk: true }
      return ended
    },
    async send(command) {
      if (!who.value) return { is: 'refused', why: signedOut.why }
      const answer = await exchangeSignedIn(command.path, command)
      if (!answer) return { is: 'unknown', why: signedOut.why }
      if (answer.status === 'there') return { is: 'done', isRepeat: answer.isRepeat, body: answer.value }
      return { is: answer.isRetryable ? 'unknown' : 'refused', why: answer.why }
    },
  }
}

/** A key belongs to a tenant, and two of its operators may mean the same parking. */
function commandHeaders({ key, body }: Command, { user }: Claims): Record<string, string> {
  return {
    'idempotency-key': `${key}-${encodeURIComponent(user)}`.slice(0, keyCharsMax),
    ...(body && { 'content-type': 'application/json' }),
  }
}

const keyCharsMax = 255

/** What is not there, or not allowed, is an answer: only what may be otherwise soon is a failure. */
function readingOf(answer: Answer<unknown>): Reading {
  if (answer.status === 'there' || !answer.isRetryable) return { isOk: true }
  return { isOk: false, retryAfterMs: answer.retryAfterMs }
}

function worse(one: Reading, other: Reading): Reading {
  if (one.isOk || other.isOk) return one.isOk ? other : one
  return { isOk: false, retryAfterMs: Math.max(one.retryAfterMs ?? 0, other.retryAfterMs ?? 0) }
}

const signedOut = { status: 'failed', why: 'You are signed out.', isRetryable: false, endsSession: false } as const
