/**
 * What can be followed from a request to all its effects: its event, the event's message, sagas and their executions, mails, webhooks and
 * objects. A duplicate request makes none of these, so they keep the ids of the first one.
 */
export interface Trace {
  correlationId: string
  /** W3C Trace Context, as in the header of that name. Absent where the row was stored by an earlier version. */
  traceparent?: string | undefined
}

/** The trace of a row, a saga or an event, and nothing else of it. */
export function traceOf({ correlationId, traceparent }: Trace): Trace {
  return { correlationId, ...(traceparent !== undefined && { traceparent }) }
}

/** A correlation id that a caller may choose: safe in headers, logs and object metadata as it is. */
export const correlationIdPattern = /^[A-Za-z0-9._-]{1,128}$/

/** The parts of a `traceparent` of version 00. */
export interface Traceparent {
  /** 32 lower-case hexadecimal digits, not all zero. */
  traceId: string
  /** The caller's span: 16 lower-case hexadecimal digits, not all zero. */
  parentId: string
  isSampled: boolean
}

/**
 * Parses a `traceparent` header (https://www.w3.org/TR/trace-context/). A later version may have more after the flags, which is ignored.
 * Returns undefined for anything else, which the caller then replaces by a trace of its own.
 */
export function parseTraceparent(text: string): Traceparent | undefined {
  const match = traceparentPattern.exec(text)?.groups
  if (!match || text.length > traceparentLengthMax) return undefined
  const { version = '', traceId = '', parentId = '', flags = '', more } = match
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (isZero(traceId) || isZero(parentId)) return undefined
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 }
}

/** Version 00, with no flag but `sampled`: others belong to the hop that set them. */
export function formatTraceparent({ traceId, parentId, isSampled }: Traceparent): string {
  return `00-${traceId}-${parentId}-${isSampled ? '01' : '00'}`
}

/** Parses AWS's own header, such as `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`. Its root is a W3C trace id in other spelling. */
export function parseXRayHeader(text: string): Pick<Traceparent, 'traceId' | 'isSampled'> | undefined {
  const parts = text
    .slice(0, xrayLengthMax)
    .split(';')
    .map((part) => part.trim())
  const root = parts.map((part) => /^Root=1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(part)).find((match) => match !== null)
  if (!root) return undefined
  const traceId = `${root[1]}${root[2]}`
  return isZero(traceId) ? undefined : { traceId, isSampled: parts.includes('Sampled=1') }
}

const traceparentPattern =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<parentId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/
/** Far above what any version of the standard needs; a longer header is not a trace. */
const traceparentLengthMax = 256
const xrayLengthMax = 512
const sampledFlag = 0x01

function isZero(hex: string): boolean {
  return /^0+$/.test(hex)
}
