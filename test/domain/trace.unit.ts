import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTraceparent, parseTraceparent, parseXRayHeader } from '../../domain/trace.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'
const valid = `00-${traceId}-${parentId}-01`

describe('a traceparent', () => {
  it('is parsed as the W3C recommendation says, and formatted as version 00 with the sampled flag alone', () => {
    expect(parseTraceparent(valid)).toEqual({ traceId, parentId, isSampled: true })
    expect(parseTraceparent(`00-${traceId}-${parentId}-00`)).toMatchObject({ isSampled: false })
    expect(parseTraceparent(`00-${traceId}-${parentId}-ff`)).toMatchObject({ isSampled: true })
    expect(formatTraceparent({ traceId, parentId, isSampled: true })).toBe(valid)
  })

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`01-${traceId}-${parentId}-01-more`)).toEqual({ traceId, parentId, isSampled: true })
  })

  it.each([
    ['empty', ''],
    ['of the forbidden version', `ff-${traceId}-${parentId}-01`],
    ['longer than its version allows', `${valid}-more`],
    ['without a trace', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['without a parent', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['in upper case', valid.toUpperCase()],
    ['too short', valid.slice(0, -1)],
    ['followed by a line', `${valid}\r\nX-Admin: true`],
    ['preceded by a blank', ` ${valid}`],
    ['of two values', `${valid},${valid}`],
    ['endless', `01-${traceId}-${parentId}-01-${'x'.repeat(10_000)}`],
  ])('is refused when it is %s', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined()
  })

  it('survives being formatted and parsed, whatever its ids are', () => {
    const hex = (length: number) =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
        .filter((text) => !/^0+$/.test(text))
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (trace, parent, isSampled) => {
        const parts = { traceId: trace, parentId: parent, isSampled }
        expect(parseTraceparent(formatTraceparent(parts))).toEqual(parts)
      }),
    )
  })
})

describe("AWS's own trace header", () => {
  it('names the same trace in another spelling', () => {
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
    expect(parseXRayHeader(header)).toEqual({ traceId: '5759e988bd862e3fe1be46a994272793', isSampled: true })
    expect(parseXRayHeader('Self=1-2-3; Root=1-5759e988-bd862e3fe1be46a994272793')).toMatchObject({ isSampled: false })
  })

  it.each(['', 'Root=', 'Root=1-zz-yy', 'Sampled=1', `Root=1-${'0'.repeat(8)}-${'0'.repeat(24)}`, ';=;='])(
    'is refused when it names none: "%s"',
    (text) => expect(parseXRayHeader(text)).toBeUndefined(),
  )
})
