import { AwsError } from '../aws-error.ts'

type Value = string | Value[] | { [name: string]: Value }

/** A form body of the AWS query protocol as nested input: `A.member.1=x` becomes `{ A: ['x'] }`, `A.B=x` becomes `{ A: { B: 'x' } }`. */
export function parseQueryInput(body: string): { action: string; version: string; input: Record<string, Value> } {
  const root: Record<string, Value> = {}
  let action = ''
  let version = ''
  for (const [path, value] of new URLSearchParams(body)) {
    if (path === 'Action') action = value
    else if (path === 'Version') version = value
    else place(root, path.split('.'), value)
  }
  return { action, version, input: asLists(root) as Record<string, Value> }
}

function place(root: Record<string, Value>, path: string[], value: string): void {
  if (path.some((name) => name === '__proto__' || name === ''))
    throw new AwsError('MalformedQueryString', 'Malformed parameter name.')
  let here = root
  for (const name of path.slice(0, -1)) {
    const next = here[name]
    const inner: Record<string, Value> = typeof next === 'object' && !Array.isArray(next) ? next : {}
    here[name] = inner
    here = inner
  }
  here[path.at(-1) ?? ''] = value
}

function asLists(value: Value): Value {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const { member, ...others } = value
  if (member !== undefined && typeof member === 'object' && Object.keys(others).length === 0) {
    const numbered = Object.entries(member).sort(([a], [b]) => Number(a) - Number(b))
    return numbered.map(([, one]) => asLists(one))
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asLists(inner)]))
}

/** The XML answer of a query call: `result` is an object of text, numbers, lists (as `member`) and further objects. */
export function queryAnswer(namespace: string, action: string, result: unknown, requestId: string): string {
  return (
    `<${action}Response xmlns="${namespace}"><${action}Result>${xml(result)}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  )
}

export function queryError(namespace: string, { code, message, status }: AwsError, requestId: string): string {
  const type = status >= 500 ? 'Receiver' : 'Sender'
  const error = xml({ Type: type, Code: code, Message: message })
  return `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
}

function xml(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join('')
  if (typeof value !== 'object') return escapeXml(String(value))
  return Object.entries(value)
    .map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
    .join('')
}

export function escapeXml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (one) => names[one] ?? one)
}
