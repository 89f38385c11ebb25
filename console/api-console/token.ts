/** Who a token says its bearer is. The API verifies it; this is only for showing whom one acts as, and until when. */
export interface Claims {
  tenant: string
  user: string
  role: string
  /** Epoch milliseconds. */
  expiresAtMs: number
}

export type ReadToken = { token: string; claims: Claims } | { problem: string }

/** Three parts of base64url (RFC 7519, RFC 7515). */
const form = /^[\w-]+\.([\w-]+)\.[\w-]+$/

/** Reads what was pasted: a token, with or without `Bearer` before it. What is no token is sent nowhere. */
export function readToken(pasted: string): ReadToken {
  const token = pasted.trim().replace(/^Bearer\s+/i, '')
  if (token === '') return { problem: 'Paste a token first.' }
  const [, payload] = form.exec(token) ?? []
  const claims = payload === undefined ? undefined : readClaims(payload)
  if (!claims)
    return { problem: 'This is no token of the API: a JWT has three parts with dots between them. Copy all of it.' }
  return { token, claims }
}

function readClaims(payload: string): Claims | undefined {
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    const { tenant, sub, role, exp } = JSON.parse(new TextDecoder().decode(bytes))
    if ([tenant, sub, role].some((claim) => typeof claim !== 'string') || typeof exp !== 'number') return undefined
    return { tenant, user: sub, role, expiresAtMs: exp * 1_000 }
  } catch {
    return undefined
  }
}
