import type { Fetcher } from 'aws-jwt-verify/https'
import type { Jwks } from 'aws-jwt-verify/jwk'

/**
 * How long the issuer's keys are used (ADR 20). A key that the issuer withdraws is refused after `refreshMs`; only while the issuer
 * can't be reached, the last keys it gave are used up to `staleMsMax`. After a failed fetch, the issuer is left alone for `pauseMs`, so
 * that requests do not wait for it one after the other.
 */
export const keyAges = { refreshMs: 300_000, staleMsMax: 900_000, pauseMs: 5_000 }

/** Fetches the issuer's keys again when they get old. */
export class IssuerKeys {
  readonly #fetch: () => Promise<Jwks>
  readonly #use: (keys: Jwks) => void
  readonly #now: () => number
  #fetchedAtMs: number | undefined
  #fetching: Promise<void> | undefined

  /** `use` replaces all keys that were in use. `now` returns epoch milliseconds. */
  constructor({ fetch, use, now }: { fetch: () => Promise<Jwks>; use: (keys: Jwks) => void; now: () => number }) {
    this.#fetch = fetch
    this.#use = use
    this.#now = now
  }

  /** Returns when the keys in use are young enough. Throws the error of `fetch` when there are none, or none that may still be used. */
  async refresh(): Promise<void> {
    if (this.#ageMs() < keyAges.refreshMs) return
    this.#fetching ??= this.#fetchAndUse().finally(() => {
      this.#fetching = undefined
    })
    try {
      await this.#fetching
    } catch (error) {
      if (this.#ageMs() > keyAges.staleMsMax) throw error
    }
  }

  async #fetchAndUse(): Promise<void> {
    const startedAtMs = this.#now()
    this.#use(await this.#fetch())
    this.#fetchedAtMs = startedAtMs
  }

  /** A clock that was set back ages the keys as well. */
  #ageMs(): number {
    return this.#fetchedAtMs === undefined ? Number.POSITIVE_INFINITY : Math.abs(this.#now() - this.#fetchedAtMs)
  }
}

/** A fetcher that fails at once, with the error of its last fetch, for a while after that. */
export class PausingFetcher implements Fetcher {
  readonly #inner: Fetcher
  readonly #now: () => number
  #failed: { atMs: number; error: unknown } | undefined

  constructor(inner: Fetcher, now: () => number) {
    this.#inner = inner
    this.#now = now
  }

  async fetch(uri: string): Promise<ArrayBuffer> {
    if (this.#failed && Math.abs(this.#now() - this.#failed.atMs) < keyAges.pauseMs) throw this.#failed.error
    try {
      const body = await this.#inner.fetch(uri)
      this.#failed = undefined
      return body
    } catch (error) {
      this.#failed = { atMs: this.#now(), error }
      throw error
    }
  }
}
