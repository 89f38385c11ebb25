import type { Runtime } from '../../domain/runtime.ts'
import { takeRequests } from '../../tables/rate-limits.ts'
import type { Store } from '../../tables/store.ts'
import { Problem } from './problem.ts'

/** Long enough that few requests fall on the turn of a window, short enough to wait for. */
export const windowMs = 10_000

/** The portion in which an environment takes requests, as a part of the limit. */
const portionsPerWindow = 100

export interface TenantLimits {
  requestsPerSecond: number
  /** Tenants with another limit. */
  overrides?: Record<string, number>
}

export interface TenantLimitDeps {
  store: Pick<Store, 'write'>
  runtime: Pick<Runtime, 'now'>
  onFailure(error: unknown): void
}

/** What is left to one tenant in this environment until the window ends. */
interface Allowance {
  left: number
  isUsedUp?: true
}

/**
 * Limits the requests of one tenant over all environments (ADR 23). In each window an environment serves a first portion of a tenant's
 * requests without asking, then takes portions from the tenant's counter. As it has served at least as many requests as it holds unused,
 * no tenant is refused before its limit, less one portion; and each environment can exceed the limit by one portion at most.
 */
export class TenantLimit {
  readonly #limits: TenantLimits
  readonly #deps: TenantLimitDeps
  #window = Number.NaN
  #allowances = new Map<string, Allowance>()

  constructor(limits: TenantLimits, deps: TenantLimitDeps) {
    this.#limits = limits
    this.#deps = deps
  }

  /**
   * Admits one request, or throws `throttled`. When the counter can't be reached, the tenant is admitted until the window ends: a fault of
   * the limit must not become an outage of the API.
   */
  async admit(tenant: string): Promise<void> {
    const { portion } = this.#limitOf(tenant)
    const number = Math.floor(this.#deps.runtime.now() / windowMs)
    if (number !== this.#window) {
      this.#window = number
      this.#allowances = new Map()
    }
    const allowance = this.#allowances.get(tenant) ?? { left: portion }
    this.#allowances.set(tenant, allowance)
    if (allowance.left === 0 && !allowance.isUsedUp) await this.#takePortion(tenant, number, allowance)
    if (allowance.left === 0) throw this.#throttled(number)
    allowance.left--
  }

  async #takePortion(tenant: string, number: number, allowance: Allowance): Promise<void> {
    const { portion, max } = this.#limitOf(tenant)
    const take = takeRequests(tenant, { number, windowMs }, { count: portion, max })
    try {
      const { status } = await this.#deps.store.write(take)
      if (status === 'done') allowance.left += portion
      else allowance.isUsedUp = true
    } catch (error) {
      allowance.left = Number.POSITIVE_INFINITY
      this.#deps.onFailure(error)
    }
  }

  #limitOf(tenant: string): { max: number; portion: number } {
    const { requestsPerSecond, overrides = {} } = this.#limits
    const perSecond = Object.hasOwn(overrides, tenant) ? (overrides[tenant] ?? requestsPerSecond) : requestsPerSecond
    const max = (perSecond * windowMs) / 1_000
    return { max, portion: Math.ceil(max / portionsPerWindow) }
  }

  #throttled(number: number): Problem {
    const leftMs = (number + 1) * windowMs - this.#deps.runtime.now()
    return new Problem(
      'throttled',
      'The users of your company send more requests than one company may. Repeat the request after the number of seconds in Retry-After, with the same key.',
      { headers: { 'Retry-After': String(Math.max(1, Math.ceil(leftMs / 1_000))) } },
    )
  }
}
