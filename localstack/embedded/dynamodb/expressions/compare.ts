import type { AttributeValue } from './placeholders.ts'

/**
 * Negative, zero or positive as `a` sorts before, with or after `b` in DynamoDB; undefined when their types differ or have no order.
 * Strings and binaries are compared by their bytes, numbers exactly.
 */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (typeof a.S === 'string' && typeof b.S === 'string') return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S))
  if (typeof a.B === 'string' && typeof b.B === 'string') {
    return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'))
  }
  if (typeof a.N === 'string' && typeof b.N === 'string') return compareNumbers(decimal(a.N), decimal(b.N))
  return undefined
}

/** A number as sign × 0.DIGITS × 10^exponent, without zeros at either end. */
interface Decimal {
  sign: number
  digits: string
  exponent: number
}

/** Parses a text that DynamoDB takes for a number: up to 38 digits, and as many zeros as the magnitude allows. */
function decimal(text: string): Decimal {
  const [, minus, whole = '', fraction = '', power = '0'] =
    /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text.slice(0, 400)) ?? []
  const all = whole + fraction
  const digits = all.replace(/^0+/, '')
  if (digits === '') return { sign: 0, digits: '', exponent: 0 }
  const exponent = whole.length + Number(power) - (all.length - digits.length)
  return { sign: minus === '-' ? -1 : 1, digits: digits.replace(/0+$/, ''), exponent }
}

function compareNumbers(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.exponent !== b.exponent) return a.sign * (a.exponent - b.exponent)
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign
}
