import { createHash } from 'node:crypto'
import { isObject, type Json, sameJson, setOwn } from './json.ts'

/** What went wrong in a call: becomes `States.IntrinsicFailure`. */
export class IntrinsicError extends Error {}

type Call = (args: Json[], random: () => number) => Json
interface IntrinsicFunction {
  /** Fewest and most arguments. */
  arity: [number, number]
  call: Call
}

const textCharactersMax = 10_000
const rangeItemsMax = 1_000
const hashes = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
])

/** The intrinsic functions of ASL (AWS: "Intrinsics for JSONPath states"), by their names after `States.`. */
export const intrinsicFunctions: ReadonlyMap<string, IntrinsicFunction> = new Map<string, IntrinsicFunction>([
  ['Array', { arity: [0, Number.POSITIVE_INFINITY], call: (args) => args }],
  ['ArrayPartition', { arity: [2, 2], call: ([items, size]) => partition(array(items), atLeastOne(size)) }],
  [
    'ArrayContains',
    { arity: [2, 2], call: ([items, value]) => array(items).some((item) => sameJson(item, value ?? null)) },
  ],
  ['ArrayRange', { arity: [3, 3], call: ([first, last, step]) => range(whole(first), whole(last), whole(step)) }],
  ['ArrayGetItem', { arity: [2, 2], call: ([items, index]) => itemAt(array(items), whole(index)) }],
  ['ArrayLength', { arity: [1, 1], call: ([items]) => array(items).length }],
  ['ArrayUnique', { arity: [1, 1], call: ([items]) => unique(array(items)) }],
  ['Base64Encode', { arity: [1, 1], call: ([value]) => Buffer.from(shortText(value)).toString('base64') }],
  ['Base64Decode', { arity: [1, 1], call: ([value]) => Buffer.from(shortText(value), 'base64').toString('utf8') }],
  ['Hash', { arity: [2, 2], call: ([value, algorithm]) => hash(value ?? null, text(algorithm)) }],
  ['JsonMerge', { arity: [3, 3], call: ([left, right, deep]) => merge(left ?? null, right ?? null, deep ?? null) }],
  ['StringToJson', { arity: [1, 1], call: ([value]) => fromText(text(value)) }],
  ['JsonToString', { arity: [1, 1], call: ([value]) => JSON.stringify(value) }],
  [
    'MathRandom',
    { arity: [2, 3], call: ([from, to, seed], random) => randomBetween(whole(from), whole(to), seed, random) },
  ],
  ['MathAdd', { arity: [2, 2], call: ([left, right]) => whole(left) + whole(right) + 0 }],
  ['StringSplit', { arity: [2, 2], call: ([value, separators]) => split(text(value), text(separators)) }],
  ['UUID', { arity: [0, 0], call: (_, random) => uuid(random) }],
  ['Format', { arity: [1, Number.POSITIVE_INFINITY], call: ([template, ...values]) => format(text(template), values) }],
])

/** `{}` stands for the next value, a backslash for the character after it. */
function format(template: string, values: Json[]): string {
  let used = 0
  const filled = template.replace(/\\(.)|\{\}/gs, (_, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped
    if (used >= values.length) throw new IntrinsicError(`fewer values than {} in '${template}'`)
    return shown(values[used++] ?? null)
  })
  if (used < values.length) throw new IntrinsicError(`more values than {} in '${template}'`)
  return filled
}

/** Values inside a formatted text look as Java prints them: `{a=1, b=[2, 3]}` (recorded from AWS). */
function shown(value: Json): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, member]) => `${key}=${shown(member)}`)
  return `{${members.join(', ')}}`
}

function partition(items: Json[], size: number): Json[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

function range(first: number, last: number, step: number): Json[] {
  if (step === 0) throw new IntrinsicError('the step of a range must not be 0')
  const length = Math.max(0, Math.floor((last - first) / step) + 1)
  if (length > rangeItemsMax) throw new IntrinsicError(`a range holds ${rangeItemsMax} items at most`)
  return Array.from({ length }, (_, index) => first + index * step)
}

function itemAt(items: Json[], index: number): Json {
  const item = index < 0 ? undefined : items[index]
  if (item === undefined) throw new IntrinsicError(`no item has index ${index}`)
  return item
}

function unique(items: Json[]): Json[] {
  return items.filter((item, index) => items.findIndex((other) => sameJson(other, item)) === index)
}

function hash(value: Json, name: string): string {
  const algorithm = hashes.get(name)
  if (!algorithm) throw new IntrinsicError(`the algorithm ${name} is unknown`)
  const data = typeof value === 'string' ? value : JSON.stringify(value)
  return createHash(algorithm).update(shortText(data)).digest('hex')
}

/** Shallow only: AWS has no deep merge either and wants `false` as its third argument. */
function merge(left: Json, right: Json, deep: Json): Json {
  if (!isObject(left) || !isObject(right)) throw new IntrinsicError('only objects can be merged')
  if (deep !== false) throw new IntrinsicError('only a shallow merge is supported: the third argument must be false')
  const merged = { ...left }
  for (const [key, value] of Object.entries(right)) setOwn(merged, key, value)
  return merged
}

function fromText(value: string): Json {
  if (value.trim() === '') return null
  try {
    const parsed = JSON.parse(value) as Json
    return Object.is(parsed, -0) ? 0 : parsed
  } catch {
    throw new IntrinsicError('the text is not JSON')
  }
}

/** A random integer from `from` up to, not including, `to`. The same seed gives the same number. */
function randomBetween(from: number, to: number, seed: Json | undefined, random: () => number): number {
  if (to <= from) throw new IntrinsicError('the end of a random range must be greater than its start')
  const share = seed === undefined ? random() : seeded(whole(seed))
  return from + Math.floor(share * (to - from))
}

function seeded(seed: number): number {
  return createHash('sha256').update(String(seed)).digest().readUInt32BE(0) / 2 ** 32
}

function split(value: string, separators: string): string[] {
  const isSeparator = new Set(separators)
  const parts = ['']
  for (const char of value) {
    if (isSeparator.has(char)) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.filter((part) => part !== '')
}

function uuid(random: () => number): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)))
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function array(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new IntrinsicError(`an array is expected, not ${JSON.stringify(value)}`)
  return value
}

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new IntrinsicError(`a string is expected, not ${JSON.stringify(value)}`)
  return value
}

function shortText(value: Json | undefined): string {
  const short = text(value)
  if (short.length > textCharactersMax)
    throw new IntrinsicError(`the text is longer than ${textCharactersMax} characters`)
  return short
}

/** AWS rounds numbers to whole ones as Java does: halves go up. */
function whole(value: Json | undefined): number {
  if (typeof value !== 'number') throw new IntrinsicError(`a number is expected, not ${JSON.stringify(value)}`)
  return Math.round(value)
}

function atLeastOne(value: Json | undefined): number {
  const size = whole(value)
  if (size < 1) throw new IntrinsicError('a chunk holds at least one item')
  return size
}
