import { type Signal, signal } from '@preact/signals'
import type { Fetched } from '../live/fetched.ts'
import type { ApiProblem } from '../wire-api.ts'
import { type Explained, explain } from './explain.ts'
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
  /** Asks the API; never rejects. An answer that comes after a sign-out is `failed`, whatever it is. */
  ask<Value>(path: string, command?: Command): Promise<Answer<Value>>
}

export interface Command {
  body: unknown
  /** The same for each attempt at the same thing: an answer that was lost is then told again, and nothing is done twice. */
  idempotencyKey: string
}

export type Answer<Value> =
  | Exclude<Fetched<Value>, { status: 'loading' | 'failed' }>
  | ({ status: 'failed' } & Explained)

export interface SessionDeps {
  send(path: string, init: RequestInit): Promise<Response>
  nowMs(): number
}

/** What only an operator may read, and little of it. */
const probe = 'sagas?limit=1'

/** The token is in this closure and nowhere else: not in the page, its address or its storage. Loading the page again forgets it. */
export function createSession({ send, nowMs }: SessionDeps): Session {
  const who = signal<Claims | undefined>(undefined)
  const ended = signal('')
  let token: string | undefined

  function end(why: string) {
    token = undefined
    who.value = undefined
    ended.value = why
  }

  async function sendWith<Value>(
    bearer: string,
    claims: Claims,
    path: string,
    command?: Command,
  ): Promise<Answer<Value>> {
    try {
      const response = await send(path, {
        method: command ? 'POST' : 'GET',
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(command && { 'content-type': 'application/json', 'idempotency-key': command.idempotencyKey }),
        },
        ...(command && { body: JSON.stringify(command.body) }),
        // Nothing of an answer stays in the browser, and nothing but the token says who asks.
        ...{ cache: 'no-store', credentials: 'omit', redirect: 'error' },
      })
      if (response.ok) return { status: 'there', value: (await response.json()) as Value }
      const problem = (await response.json().catch(() => ({}))) as Partial<ApiProblem>
      return { status: 'failed', ...explain(response, problem, { ...claims, nowMs: nowMs() }) }
    } catch {
      return { status: 'failed', why: 'The API does not answer.', isRetryable: true, endsSession: false }
    }
  }

  return {
    who,
    ended,
    async signIn(pasted) {
      const read = readToken(pasted)
      if ('problem' in read) return read.problem
      const answer = await sendWith(read.token, read.claims, probe)
      if (answer.status === 'failed') return answer.why
      token = read.token
      ended.value = ''
      who.value = read.claims
      return undefined
    },
    signOut: () => end(''),
    async ask<Value>(path: string, command?: Command): Promise<Answer<Value>> {
      const asked = who.value
      if (!asked || token === undefined) return signedOut
      const answer = await sendWith<Value>(token, asked, path, command)
      // Who has signed in since is somebody else, perhaps of another tenant.
      if (who.value !== asked) return signedOut
      if (answer.status === 'failed' && answer.endsSession) end(answer.why)
      return answer
    },
  }
}

const signedOut = { status: 'failed', why: 'You are signed out.', isRetryable: false, endsSession: false } as const
