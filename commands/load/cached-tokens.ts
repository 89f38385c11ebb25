import { signToken, type TokenClaims } from '../../localstack/steadfast/token-keys.ts'

/** Signs one token per user, and returns the same one from then on. */
export function cachedTokens(dataDir: string): (claims: TokenClaims) => Promise<string> {
  const tokens = new Map<string, Promise<string>>()
  return ({ tenant, user, role }) => {
    const key = `${tenant} ${user} ${role}`
    const token = tokens.get(key) ?? signToken(dataDir, { tenant, user, role })
    tokens.set(key, token)
    return token
  }
}
