import type { APIGatewayProxyEvent } from 'aws-lambda'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'

const tag = /^(W\/)?"([\x21\x23-\x7e]*)"$/

/**
 * The versions that `If-Match` allows; undefined for any (no header, or `*`). Weak tags never match (RFC 9110, section 13.1.1).
 * Throws `malformed-header`.
 */
export function expectedVersions(event: APIGatewayProxyEvent): number[] | undefined {
  const values = headerValues(event, 'If-Match').join(',').trim()
  if (values === '' && headerValues(event, 'If-Match').length === 0) return undefined
  if (values === '*') return undefined
  return values.split(',').flatMap((value) => {
    const [, weak, version] = tag.exec(value.trim()) ?? []
    if (version === undefined)
      throw new Problem('malformed-header', `If-Match takes entity tags such as "3", not ${value.trim()}.`)
    return !weak && /^[1-9]\d{0,14}$/.test(version) ? [Number(version)] : []
  })
}
