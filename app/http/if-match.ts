import type { APIGatewayProxyEvent } from 'aws-lambda'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'

/** One element of the list: an entity tag, or nothing, which a recipient ignores (RFC 9110, sections 8.8.3 and 5.6.1.2). */
const element = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"[ \t]*)?(?:,|$)/y

/**
 * The versions that `If-Match` allows; undefined for any (no header, or `*`). Weak tags never match, nor do tags that we would not
 * have made (RFC 9110, section 13.1.1). Throws `malformed-header`.
 */
export function expectedVersions(event: APIGatewayProxyEvent): number[] | undefined {
  const values = headerValues(event, 'If-Match')
  if (values.length === 0) return undefined
  const list = values.join(',').trim()
  return list === '*' ? undefined : versionsIn(list)
}

function versionsIn(list: string): number[] {
  const versions: number[] = []
  let tags = 0
  for (element.lastIndex = 0; element.lastIndex < list.length; ) {
    const from = element.lastIndex
    const found = element.exec(list)
    if (!found) throw malformed(list.slice(from))
    const [, weak, version] = found
    if (version !== undefined) tags++
    if (version !== undefined && !weak && /^[1-9]\d{0,14}$/.test(version)) versions.push(Number(version))
  }
  if (tags === 0) throw malformed(list)
  return versions
}

function malformed(found: string): Problem {
  return new Problem('malformed-header', `If-Match takes entity tags such as "3", not ${found || 'nothing'}.`)
}
