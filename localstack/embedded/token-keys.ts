import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

/** Issuer and audience of tokens on this machine: what the stack deploys as parameters, and `signToken` writes. */
export const tokenIssuer = 'https://steadfast.local'
export const tokenAudience = 'steadfast'

const algorithm = 'ES256'
const tokenLifetime = '12h'

/** Who a token is for. */
export interface TokenClaims {
  tenant: string
  user: string
  role: string
}

/**
 * The public keys of this data folder as JWKS text (RFC 7517), made at the first call. The private key is readable by its owner
 * only. Throws when the stored key is damaged.
 */
export async function ensureTokenKeys(dataDir: string): Promise<string> {
  const file = keyFile(dataDir)
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
    const key = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: algorithm, use: 'sig' }
    mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.part`, JSON.stringify(key), { mode: 0o600, flush: true })
    renameSync(`${file}.part`, file)
  }
  const { d: _secret, ...publicKey } = readKey(file)
  return JSON.stringify({ keys: [publicKey] })
}

/** A bearer token for a stack on this data folder, good for 12 hours. Throws when the folder has no keys yet. */
export async function signToken(dataDir: string, { tenant, user, role }: TokenClaims): Promise<string> {
  const file = keyFile(dataDir)
  if (!existsSync(file))
    throw new Error(
      `There are no keys in ${dataDir} yet: start the stack first (npm start), or name its folder by --data DIR.`,
    )
  const key = readKey(file)
  return new SignJWT({ tenant, role })
    .setProtectedHeader({ alg: algorithm, kid: key.kid ?? '' })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(tokenLifetime)
    .sign(await importJWK(key, algorithm))
}

function keyFile(dataDir: string): string {
  return join(dataDir, 'keys', 'token-signing.jwk.json')
}

function readKey(file: string): JWK {
  try {
    const key = JSON.parse(readFileSync(file, 'utf8')) as JWK
    if (key.kty === 'EC' && key.d && key.kid) return key
  } catch {
    // Reported below, like a file that is JSON but no key.
  }
  throw new Error(`The signing key ${file} is damaged: start with --fresh to begin anew.`)
}
