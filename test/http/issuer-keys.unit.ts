import { NonRetryableFetchError } from 'aws-jwt-verify/error'
import { describe, expect, it } from 'vitest'
import { authenticator } from '../../app/http/authenticate.ts'
import { keyAges } from '../../app/http/issuer-keys.ts'
import { Problem } from '../../app/http/problem.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { apiEvent } from '../fixtures/api-event.ts'
import { audience, issuer, publicKeys, signToken } from '../fixtures/tokens.ts'

const claims = { sub: 'carla', tenant: 'acme', role: 'customer' }

/** An issuer whose keys the test chooses, and an environment that stays warm. */
function warmEnvironment() {
  const runtime = new ManualRuntime()
  const served = { keys: [publicKeys.issuer, publicKeys.other] as object[], isReachable: true, fetches: [] as string[] }
  const fetcher = {
    async fetch(uri: string): Promise<ArrayBuffer> {
      served.fetches.push(uri)
      if (!served.isReachable) throw new NonRetryableFetchError(uri, 'no route to host')
      return new TextEncoder().encode(JSON.stringify({ keys: served.keys })).buffer
    },
  }
  const authenticate = authenticator({ issuer, audience, fetcher, now: () => runtime.now() })
  /** The outcome for a token of that key: 200, or the status of the problem. */
  async function statusOf(key: 'issuer' | 'other', keyId: string = publicKeys[key].kid): Promise<number> {
    const token = await signToken(claims, { signedBy: key === 'issuer' ? 'issuer' : 'another key', keyId })
    const event = apiEvent({ operation: 'GET /tickets', headers: { Authorization: `Bearer ${token}` } })
    return authenticate(event).then(
      () => 200,
      (error) => {
        if (error instanceof Problem) return error.status
        throw error
      },
    )
  }
  return { runtime, served, statusOf }
}

describe('the keys of the issuer', () => {
  it('are fetched once and used until they are five minutes old', async () => {
    const { runtime, served, statusOf } = warmEnvironment()
    for (let second = 0; second < 300; second += 50) {
      expect(await Promise.all([statusOf('issuer'), statusOf('other')])).toEqual([200, 200])
      runtime.advance(50_000)
    }
    expect(served.fetches).toEqual(['https://issuer.example/.well-known/jwks.json'])
    expect(await Promise.all([statusOf('issuer'), statusOf('other')])).toEqual([200, 200])
    expect(served.fetches).toHaveLength(2)
  })

  it('stop being accepted within five minutes of their withdrawal, also in a warm environment', async () => {
    const { runtime, served, statusOf } = warmEnvironment()
    expect(await statusOf('other')).toBe(200)
    served.keys = [publicKeys.issuer]
    runtime.advance(keyAges.refreshMs)
    expect([await statusOf('other'), await statusOf('issuer')]).toEqual([401, 200])
  })

  it('stop being accepted when another key takes their id', async () => {
    const { runtime, served, statusOf } = warmEnvironment()
    const { kid } = publicKeys.issuer
    expect(await statusOf('issuer')).toBe(200)
    served.keys = [{ ...publicKeys.other, kid }]
    runtime.advance(keyAges.refreshMs)
    expect([await statusOf('issuer'), await statusOf('other', kid)]).toEqual([401, 200])
  })

  it('are accepted as soon as a token names them', async () => {
    const { served, statusOf } = warmEnvironment()
    served.keys = [publicKeys.issuer]
    expect(await statusOf('issuer')).toBe(200)
    served.keys = [publicKeys.issuer, publicKeys.other]
    expect(await statusOf('other')).toBe(200)
  })

  it('stay in use while the issuer is briefly unreachable, and no longer than 15 minutes', async () => {
    const { runtime, served, statusOf } = warmEnvironment()
    expect(await statusOf('issuer')).toBe(200)
    served.isReachable = false
    runtime.advance(keyAges.staleMsMax)
    expect(await statusOf('issuer')).toBe(200)
    runtime.advance(1)
    expect(await statusOf('issuer')).toBe(503)
    served.isReachable = true
    runtime.advance(keyAges.pauseMs)
    expect(await statusOf('issuer')).toBe(200)
  })

  it('are not fetched again for five seconds after a failure, so that requests do not queue for an issuer that is down', async () => {
    const { runtime, served, statusOf } = warmEnvironment()
    served.isReachable = false
    for (let second = 0; second < 10; second++) {
      expect(await statusOf('issuer')).toBe(503)
      runtime.advance(1_000)
    }
    expect(served.fetches).toHaveLength(2)
  })

  it.each([
    ['no JSON', '<html>'],
    ['no key set', '{}'],
  ])('are kept when the issuer answers with %s', async (_, answer) => {
    const { runtime, served, statusOf } = warmEnvironment()
    expect(await statusOf('issuer')).toBe(200)
    Object.defineProperty(served, 'keys', { get: () => JSON.parse(answer) })
    runtime.advance(keyAges.refreshMs)
    expect(await statusOf('issuer')).toBe(200)
  })

  it('age by a clock that was set back, too', async () => {
    const { runtime, served, statusOf } = warmEnvironment()
    expect(await statusOf('other')).toBe(200)
    served.keys = [publicKeys.issuer]
    runtime.advance(-3_600_000)
    expect(await statusOf('other')).toBe(401)
  })
})
