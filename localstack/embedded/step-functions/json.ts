/** JSON as states pass it to one another. Numbers are doubles: whole numbers beyond 2^53 lose digits, as in any Node Lambda. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** What one state may hand to the next, in bytes of UTF-8 (AWS: service quotas, state execution). */
export const payloadBytesMax = 262_144

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equal as JSON: the order of keys does not matter. */
export function sameJson(left: Json, right: Json): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index] ?? null))
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null))
    )
  }
  return left === right
}

/** What JSON makes of a value that came from outside: no undefined, no dates, no prototypes. */
export function toJson(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? 'null') as Json)
}

export function isTooLarge(value: Json): boolean {
  const text = JSON.stringify(value)
  // A character is at most three bytes in UTF-8, so most values need no counting.
  return text.length * 3 > payloadBytesMax && Buffer.byteLength(text) > payloadBytesMax
}

/** Sets an own property, even one named `__proto__`. */
export function setOwn(target: JsonObject, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}
