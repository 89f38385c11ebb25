import type { APIGatewayProxyEvent } from 'aws-lambda'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'

/** One list element: an entity tag, or an empty element, which a recipient ignores (RFC 9110, sections 8.8.3 and 5.6.1.2). */
const listElement = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"[ \t]*)?(?:,|$)/y

/**
 * The versions that `If-Match` accepts; undefined when it accepts any (no header, or `*`). Weak tags never match, and neither do
 * tags that this API does not issue (RFC 9110, section 13.1.1). Throws `malformed-header`.
 */
export function expectedVersions(event: APIGatewayProxyEvent): number[] | undefined {
  const values = headerValues(event, 'If-Match')
  if (values.length === 0) return undefined
  const list = values.join(',').trim()
  return list === '*' ? undefined : parseVersions(list)
}

function parseVersions(list: string): number[] {
  const versions: number[] = []
  let tagCount = 0
  for (listElement.lastIndex = 0; listElement.lastIndex < list.length; ) {
    const start = listElement.lastIndex
    const match = listElement.exec(list)
    if (!match) throw malformed(list.slice(start))
    const [, weak, version] = match
    if (version !== undefined) tagCount++
    if (version !== undefined && !weak && /^[1-9]\d{0,14}$/.test(version)) versions.push(Number(version))
  }
  if (tagCount === 0) throw malformed(list)
  return versions
}

function malformed(found: string): Problem {
  return new Problem(
    'malformed-header',
    `If-Match must be a list of entity tags such as "3"; it contains ${found || 'none'}.`,
  )
}
