import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

/** Issuer and audience of local tokens: deployed as parameters of the stack, and set by `signToken`. */
export const tokenIssuer = 'https://steadfast.local'
export const tokenAudience = 'steadfast'

const algorithm = 'ES256'
const tokenLifetime = '12h'

/** The identity that a token carries. */
export interface TokenClaims {
  tenant: string
  user: string
  role: string
}

/**
 * Returns the public keys of the data folder as a JWKS (RFC 7517). Creates the key pair at the first call; only its owner can read the
 * private key. Throws when the stored key is damaged.
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

/**
 * Signs a bearer token for the stack on this data folder, valid for 12 hours or the `lifetime`, such as `5s`. Throws when the folder has no
 * keys yet.
 */
export async function signToken(
  dataDir: string,
  { tenant, user, role }: TokenClaims,
  lifetime = tokenLifetime,
): Promise<string> {
  const file = keyFile(dataDir)
  if (!existsSync(file))
    throw new Error(
      `There are no signing keys in ${dataDir} yet: start the stack first (npm start), or name its folder with --data DIR.`,
    )
  const key = readKey(file)
  return new SignJWT({ tenant, role })
    .setProtectedHeader({ alg: algorithm, kid: key.kid ?? '' })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(lifetime)
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
    // Reported below, like JSON that is not a key.
  }
  throw new Error(
    `The signing key ${file} is damaged: restore a copy, or start with --fresh, which deletes all local data.`,
  )
}
