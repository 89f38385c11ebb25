/** What each kind of secret looks like. */
export const secretPatterns: Record<string, RegExp> = {
  'access key of AWS': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  'secret key of AWS': /aws_?secret_?access_?key\W{1,5}[A-Za-z0-9/+]{40}\b/i,
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  'private JSON Web Key': /"d"\s*:\s*"[\w-]{40,}"/,
  'JSON Web Token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  'webhook secret': /\bwhsec_[A-Za-z0-9+/]{32,}/,
  'presigned URL': /\bX-Amz-Signature=[0-9a-f]{64}\b/,
  'password in a URL': /\b[a-z]{2,10}:\/\/[^\s/:@'"`<>{}]+:[^\s/:@'"`<>{}]+@[\w.-]+/,
  'token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,})/,
  'token of npm': /\bnpm_[A-Za-z0-9]{36}\b/,
  'token of Slack': /\bxox[abeprs]-[A-Za-z0-9-]{10,}/,
  'key of Stripe': /\b[rs]k_live_[A-Za-z0-9]{20,}/,
  'key of Google': /\bAIza[\w-]{35}\b/,
}

export interface Match {
  kind: string
  text: string
}

/** What looks like a secret in a text. */
export function matchesIn(text: string): Match[] {
  return Object.entries(secretPatterns).flatMap(([kind, { source, flags }]) =>
    [...text.matchAll(new RegExp(source, `${flags}g`))].map(([found]) => ({ kind, text: found })),
  )
}

/** The kinds of secrets in a text. */
export function secretsIn(text: string): string[] {
  return [...new Set(matchesIn(text).map(({ kind }) => kind))]
}
