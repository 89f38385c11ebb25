import { styleText } from 'node:util'
import type { EventLine } from './event-line.ts'
import type { Tone } from './stack-event.ts'

type Style = Parameters<typeof styleText>[0]

const kindStyles: Record<EventLine['kind'], Style> = {
  request: 'cyan',
  message: 'blue',
  execution: 'magenta',
  failure: 'red',
  mail: 'green',
}
const toneStyles: Record<Tone, Style> = { problem: 'red', repeat: 'yellow', undone: ['bold', 'yellow'] }

/** What belongs together has one colour. */
const idStyles = ['cyan', 'green', 'yellow', 'blue', 'magenta', 'white'] as const satisfies Style[]

/**
 * An event as one line: time of day, kind, what, outcome, duration, correlation id in short. Coloured where the stream is a terminal
 * with colours and NO_COLOR is not set.
 */
export function formatLine(line: EventLine, stream: NodeJS.WritableStream): string {
  const styled = (style: Style, text: string) => styleText(style, text, { stream })
  const { at, kind, what, outcome, tone, ms, correlationId, detail } = line
  const outcomeText = cut(outcome, outcomeMax).padEnd(outcomeWidth)
  const text = [
    styled('dim', timeOfDay(at)),
    styled(kindStyles[kind], kind.padEnd(kindWidth)),
    cut(what.replaceAll(drawnIds, '$1…'), whatMax).padEnd(whatWidth),
    tone ? styled(toneStyles[tone], outcomeText) : outcomeText,
    styled('dim', (ms === undefined ? '' : duration(ms)).padStart(durationWidth)),
    correlationId === undefined ? ''.padEnd(idWidth) : styled(idStyle(correlationId), shortId(correlationId)),
    ...(detail === undefined ? [] : [styled('dim', cut(detail, detailMax))]),
  ].join('  ')
  return text.trimEnd()
}

const [kindWidth, whatWidth, outcomeWidth, durationWidth, idWidth] = [9, 44, 13, 8, 8]
const [whatMax, outcomeMax, detailMax] = [100, 60, 200]

/** UUIDs, whose first part is enough to see what belongs together. */
const drawnIds = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

/** Shortens a UUID to `1f3a9c2b-…`, enough to tell the requests of one session apart. Any other id keeps 20 characters. */
export function shortId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id) ? id.slice(0, idWidth) : cut(id, 20)
}

/** Text from outside must not move the cursor, change colours or turn the direction of writing. */
function cut(text: string, max: number): string {
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return safe.length > max ? `${safe.slice(0, max - 1)}…` : safe
}

function timeOfDay(at: string): string {
  const time = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two)
  return `${parts.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

function duration(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function idStyle(id: string): Style {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return idStyles[sum % idStyles.length] ?? 'white'
}
