import { AwsError } from '../aws-error.ts'

/** An element of a request body. Whitespace around children is dropped, text is kept as it is. */
export interface Element {
  name: string
  text: string
  children: Element[]
}

/** Deeper than any request of S3. */
const depthMax = 20

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads a request body. Knows elements, text, CDATA and character references, and skips attributes, comments and the declaration; a
 * document type is refused. Throws `MalformedXML`.
 */
export function parseXml(text: string): Element {
  const root: Element = { name: '', text: '', children: [] }
  const open = [root]
  let at = text.startsWith('\uFEFF') ? 1 : 0
  const until = (end: string): string => {
    const found = text.indexOf(end, at)
    if (found < 0) throw malformed()
    const part = text.slice(at, found)
    at = found + end.length
    return part
  }
  while (at < text.length) {
    const current = open.at(-1) ?? root
    if (text[at] !== '<') {
      const end = text.indexOf('<', at)
      current.text += decodeReferences(text.slice(at, end < 0 ? undefined : end))
      at = end < 0 ? text.length : end
    } else if (text.startsWith('<!--', at)) until('-->')
    else if (text.startsWith('<?', at)) until('?>')
    else if (text.startsWith('<![CDATA[', at)) current.text += until(']]>').slice('<![CDATA['.length)
    else if (text.startsWith('</', at)) {
      const name = until('>').slice(2).trim()
      if (open.pop()?.name !== localName(name) || open.length === 0) throw malformed()
    } else {
      const tag = until('>').slice(1)
      const [, name, isEmpty] = /^([A-Za-z_][\w.:-]*)(?:\s[^<]*?)?(\/)?$/s.exec(tag) ?? []
      if (name === undefined) throw malformed()
      const element = { name: localName(name), text: '', children: [] }
      current.children.push(element)
      if (!isEmpty) open.push(element)
      if (open.length > depthMax) throw malformed()
    }
  }
  const [document, more] = root.children
  if (open.length !== 1 || !document || more || root.text.trim() !== '') throw malformed()
  return document
}

export function childrenOf(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name)
}

export function childOf(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((child) => child.name === name)
}

export function textOf(element: Element | undefined, name: string): string | undefined {
  return childOf(element, name)?.text
}

export function malformed(): AwsError {
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  )
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function decodeReferences(text: string): string {
  return text.replace(/&(?:(\w+)|#(\d{1,7})|#x([0-9a-f]{1,6}));|&/gi, (_all, name, decimal, hex) => {
    if (name) {
      const character = entities[name]
      if (character === undefined) throw malformed()
      return character
    }
    const code = decimal ? Number(decimal) : Number.parseInt(hex ?? 'x', 16)
    if (!(code <= 0x10_ff_ff) || (code >= 0xd8_00 && code <= 0xdf_ff)) throw malformed()
    return String.fromCodePoint(code)
  })
}

/** A value of an answer: a list repeats its element, undefined leaves it out. */
export type Xml = string | number | boolean | undefined | Xml[] | { [name: string]: Xml }

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/**
 * An answer of S3. Keys may hold any character: those that XML can't write as they are, or that a parser would change, become character
 * references. Control characters need XML 1.1 for that, which is declared only where one occurs.
 */
export function writeXml(root: string, content: Xml): string {
  const body = writeElement(root, content).replace(`<${root}`, `<${root} xmlns="${namespace}"`)
  const version = /&#x(?:[1-8BCEF]|1[\dA-F]|7F);/.test(body) ? '1.1' : '1.0'
  return `<?xml version="${version}" encoding="UTF-8"?>\n${body}`
}

function writeElement(name: string, value: Xml): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((one) => writeElement(name, one)).join('')
  if (typeof value !== 'object') return `<${name}>${escapeText(String(value))}</${name}>`
  const inner = Object.entries(value).map(([child, one]) => writeElement(child, one))
  return `<${name}>${inner.join('')}</${name}>`
}

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these have to be escaped.
const special = /[&<>"\u0000-\u0008\u000a-\u001f\u007f-\u0084\u0086-\u009f\u0085\u2028\ufffe\uffff]/g

export function escapeText(text: string): string {
  return text.replace(special, (one) => named[one] ?? `&#x${one.charCodeAt(0).toString(16).toUpperCase()};`)
}
