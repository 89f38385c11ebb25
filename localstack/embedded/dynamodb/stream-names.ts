import { createHash } from 'node:crypto'

/**
 * The engine counts the records of a table's stream from 1 and calls its shard `shardId-00000001-TABLE`; clients such as boto3 check the
 * lengths of what DynamoDB Streams has: labels that are times, shard ids with 20 digits, sequence numbers of 21 digits and more.
 */
const sequenceDigits = 21

/** A time in the engine's notation, seconds and nanoseconds, as in a stream's label. */
const engineLabel = /^(\d+)\.(\d{9})$/

/** A stream's label as DynamoDB has it, such as `2026-01-31T12:00:00.000`. */
export function publicLabel(label: string): string {
  return new Date(epochMs(label)).toISOString().replace('Z', '')
}

/** The id of the one shard of the stream with the engine's label. */
export function publicShardId(label: string): string {
  const hash = createHash('sha256').update(label).digest('hex').slice(0, 8)
  return `shardId-${String(epochMs(label)).padStart(20, '0')}-${hash}`
}

/** The sequence number of the record at this position, counted from 1. All have the same length. */
export function sequenceNumberAt(position: number): string {
  return `1${String(position).padStart(sequenceDigits - 1, '0')}`
}

/**
 * The position of a sequence number; one in the engine's notation, as older data folders have it, is its own. Undefined for any other text.
 */
export function positionOf(sequenceNumber: string): number | undefined {
  if (!/^\d{1,40}$/.test(sequenceNumber)) return undefined
  if (sequenceNumber.length < sequenceDigits) return Number(sequenceNumber)
  return sequenceNumber.startsWith('1') && sequenceNumber.length === sequenceDigits
    ? Number(sequenceNumber.slice(1))
    : undefined
}

/** The engine's names of streams in a text, such as the ARNs and labels of an answer, as DynamoDB has them. */
export function withPublicLabels(text: string): string {
  return text
    .replaceAll(/(\/stream\/)(\d+\.\d{9})(?!\d)/g, (_, before: string, label: string) => before + publicLabel(label))
    .replaceAll(
      /("(?:Latest)?StreamLabel":")(\d+\.\d{9})"/g,
      (_, before: string, label: string) => `${before}${publicLabel(label)}"`,
    )
}

/** A reader's name and position as they were kept with the engine's names, in today's; undefined for what is not of that kind. */
export function convertPosition(
  reader: string,
  sequenceNumber: string,
): { reader: string; sequenceNumber: string } | undefined {
  const [, mapping, label] = /^(.*)\/(\d+\.\d{9})\/shardId-00000001-[\w.-]+$/.exec(reader) ?? []
  if (mapping === undefined || label === undefined) return undefined
  const position = positionOf(sequenceNumber) ?? 0
  return {
    reader: `${mapping}/${publicLabel(label)}/${publicShardId(label)}`,
    sequenceNumber: position === 0 ? sequenceNumber : sequenceNumberAt(position),
  }
}

function epochMs(label: string): number {
  const [, seconds = '0', nanoseconds = '0'] = engineLabel.exec(label) ?? []
  return Number(seconds) * 1000 + Math.floor(Number(nanoseconds) / 1_000_000)
}
