import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { signToken } from '../token-keys.ts'
import { openLedger } from './ledger.ts'
import type { Seed } from './seed.ts'
import { type Call, callsOf, type Target } from './seed-calls.ts'

export interface LoadOptions {
  apiUrl: string
  dataDir: string
  onProgress?: (step: string) => void
  /** Stops the load before its next requests. */
  signal?: AbortSignal
}

const samplesFile = fileURLToPath(new URL('./samples.yaml', import.meta.url))

/** Loads the sample tenants, once per data folder. Throws as {@link loadSeed} does. */
export async function loadSamples(options: LoadOptions): Promise<void> {
  const doneFile = join(options.dataDir, 'samples-loaded')
  if (existsSync(doneFile)) return
  options.onProgress?.('Loading the sample tenants and tickets')
  // Loaded when needed: few starts have anything to read.
  const { readSeed } = await import('./read-seed.ts')
  await loadSeed(readSeed(samplesFile), options)
  writeFileSync(doneFile, '')
}

/**
 * Creates through the public API what a seed has and the data folder has not, and returns how much that was. What was created is noted in
 * the folder, and each request has an idempotency key that follows from its content, so a load that was interrupted continues where
 * it was, and a file with new entries adds those. Throws when a request does not succeed, or the signal aborts.
 */
export async function loadSeed({ tenants }: Seed, { apiUrl, dataDir, signal }: LoadOptions): Promise<number> {
  const ledger = openLedger(dataDir)
  const added = await Promise.all(tenants.map((tenant) => loadTenant(tenant)))
  return added.reduce((sum, count) => sum + count, 0)

  async function loadTenant(tenant: Seed['tenants'][number]): Promise<number> {
    const token = tokensOf(tenant)
    let count = 0
    const once = async (call: Call, target: Target): Promise<string> => {
      const done = ledger.find(call.key)
      if (done !== undefined) return done
      signal?.throwIfAborted()
      const id = await send(call, target, await token(call.by))
      ledger.add(call.key, id)
      count++
      return id
    }
    const { users, tickets } = callsOf(tenant)
    await Promise.all(users.map((call) => once(call, {})))
    for (const { open, changes } of tickets) {
      const ticketId = await once(open, {})
      for (const call of changes) await once(call, { ticketId })
    }
    return count
  }

  async function send(call: Call, target: Target, token: string): Promise<string> {
    const [method = '', path = ''] = call.request(target).split(' ')
    const response = await sendWithRetries(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': `seed-${call.key}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(call.body),
    })
    const answer = await response.text()
    if (response.ok) return (JSON.parse(answer) as { id: string }).id
    // Someone with this id is there already, which is all that the file asks for.
    if (call.isUser && response.status === 409 && answer.includes('user-exists')) return call.by
    throw new Error(`${call.name} could not be loaded: ${method} ${path} returned ${response.status} ${answer}`)
  }

  function tokensOf({ tenant, users }: Seed['tenants'][number]): (user: string) => Promise<string> {
    const roles = new Map(users.map(({ id, role }) => [id, role]))
    const signed = new Map<string, Promise<string>>()
    return (user) => {
      const token = signed.get(user) ?? signToken(dataDir, { tenant, user, role: roles.get(user) ?? '' })
      signed.set(user, token)
      return token
    }
  }
}

const attemptsMax = 6

/** Retries with the same key what may yet succeed: refusals for now, and unknown outcomes. Returns the last response. */
async function sendWithRetries(url: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, request)
    const isRetryable = response.status === 429 || response.status >= 500 || response.headers.has('retry-after')
    if (!isRetryable || attempt === attemptsMax) return response
    await response.arrayBuffer()
    await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt))
  }
}
