import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JwtVerifier } from 'aws-jwt-verify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureTokenKeys, signToken, tokenAudience, tokenIssuer } from '../../localstack/steadfast/token-keys.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'steadfast-keys-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

const alice = { tenant: 'acme', user: 'alice', role: 'agent' }

describe('a local token', () => {
  it('is accepted by the verifier of the functions, for 12 hours', async () => {
    const keySet = await ensureTokenKeys(dir)
    const verifier = JwtVerifier.create({ issuer: tokenIssuer, audience: tokenAudience })
    verifier.cacheJwks(JSON.parse(keySet))
    const claims = await verifier.verify(await signToken(dir, alice))
    expect(claims).toMatchObject({ sub: 'alice', tenant: 'acme', role: 'agent' })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(12 * 60 * 60)
  })

  it('is signed by the key of the data folder, whose private part is not published', async () => {
    const keySet = await ensureTokenKeys(dir)
    expect(await ensureTokenKeys(dir)).toBe(keySet)
    expect(JSON.parse(keySet).keys[0]).not.toHaveProperty('d')
    expect(statSync(join(dir, 'keys', 'token-signing.jwk.json')).mode & 0o077).toBe(0)
  })

  it('cannot be signed before the stack has started', async () => {
    await expect(signToken(dir, alice)).rejects.toThrow('start the stack first')
  })

  it('cannot be signed with a damaged key', async () => {
    await ensureTokenKeys(dir)
    writeFileSync(join(dir, 'keys', 'token-signing.jwk.json'), '{"kty":"EC"')
    await expect(signToken(dir, alice)).rejects.toThrow('--fresh')
    await expect(ensureTokenKeys(dir)).rejects.toThrow('--fresh')
  })
})
