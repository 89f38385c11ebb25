import type { Item } from './touched-items.ts'

/** Bytes by attribute name, names included. */
export type Sizes = Record<string, number>

/**
 * The size of each attribute as DynamoDB counts it for capacity and storage
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function itemSizes(item: Item): Sizes {
  const sizes: Sizes = {}
  for (const [name, value] of Object.entries(item)) sizes[name] = Buffer.byteLength(name) + valueSize(value)
  return sizes
}

function valueSize(value: Record<string, unknown>): number {
  const [[type = '', content] = []] = Object.entries(value)
  switch (type) {
    case 'S':
      return Buffer.byteLength(String(content))
    case 'N':
      return numberSize(String(content))
    case 'B':
      return Buffer.from(String(content), 'base64').length
    case 'SS':
      return sum((content as string[]).map((text) => Buffer.byteLength(text)))
    case 'NS':
      return sum((content as string[]).map(numberSize))
    case 'BS':
      return sum((content as string[]).map((text) => Buffer.from(text, 'base64').length))
    case 'L':
      return 3 + sum((content as Record<string, unknown>[]).map((member) => 1 + valueSize(member)))
    case 'M':
      return 3 + sum(Object.values(itemSizes(content as Item)).map((size) => 1 + size))
    default:
      return 1
  }
}

/** One byte for two significant digits, and one more. */
function numberSize(text: string): number {
  const digits = text
    .replace(/[eE].*$/, '')
    .replaceAll(/[-+.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '')
  return Math.ceil(digits.length / 2) + 1
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
