/**
 * Random numbers that depend on nothing but the seed and the name of what is drawn. So taking one fault out of a schedule changes no other
 * draw, which makes a failure shrink to the faults that it needs.
 */
export class Draws {
  readonly #basis: number

  constructor(seed: number) {
    this.#basis = mixed(seed ^ fnvBasis)
  }

  /** The draws of one named source. */
  of(name: string): Draws {
    return new Draws(hashed(this.#basis, name))
  }

  /** The source's number `index`, at least 0 and less than 1. `what` tells the numbers of one index apart. */
  number(index = 0, what = 0): number {
    return this.#word(index, what) / 2 ** 32
  }

  /** A number from `min` to `max`, both included. */
  integer(min: number, max: number, index = 0, what = 0): number {
    return min + Math.floor(this.number(index, what) * (max - min + 1))
  }

  pick<T>(items: readonly T[], index = 0, what = 0): T {
    if (items.length === 0) throw new RangeError('cannot pick from an empty list')
    return items[this.integer(0, items.length - 1, index, what)] as T
  }

  /** A value in the form of a UUID. */
  uuid(index: number): string {
    const hex = [0, 1, 2, 3]
      .map((part) =>
        this.#word(index, 100 + part)
          .toString(16)
          .padStart(8, '0'),
      )
      .join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  bytes(size: number, index: number): Uint8Array {
    return Uint8Array.from({ length: size }, (_, at) => this.#word(index, 200 + at) & 0xff)
  }

  #word(index: number, what: number): number {
    return mixed(mixed(this.#basis ^ Math.imul(index + 1, 0x9e3779b1)) ^ Math.imul(what + 1, 0x85ebca6b))
  }
}

const fnvBasis = 0x811c9dc5

/** FNV-1a, continued from `hash`. */
export function hashed(hash: number, text: string): number {
  let result = hash
  for (let at = 0; at < text.length; at++) result = Math.imul(result ^ text.charCodeAt(at), 0x01000193)
  return result >>> 0
}

/** The finalizer of MurmurHash3: each bit of the input changes half of the output's. */
function mixed(word: number): number {
  let result = word
  result = Math.imul(result ^ (result >>> 16), 0x85ebca6b)
  result = Math.imul(result ^ (result >>> 13), 0xc2b2ae35)
  return (result ^ (result >>> 16)) >>> 0
}
