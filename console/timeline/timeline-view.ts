import type { Lane, LaneStep, RequestTimeline } from '../wire-timeline.ts'

export const lanes = [
  'request',
  'transaction',
  'outbox',
  'consumer',
  'saga',
  'outside',
] as const satisfies readonly Lane[]

export const laneTitles: Record<Lane, string> = {
  request: 'Request',
  transaction: 'Transaction',
  outbox: 'Outbox',
  consumer: 'Consumers',
  saga: 'Sagas',
  outside: 'Outside',
}

/** Where a lane's line comes from when it begins. */
const parents: Partial<Record<Lane, Lane>> = {
  transaction: 'request',
  outbox: 'transaction',
  consumer: 'transaction',
  saga: 'consumer',
  outside: 'saga',
}

/** A step on the timeline, beside the lanes as they are at that moment. */
export interface TimelineRow {
  step: LaneStep
  /** Since the first step, such as `+83 ms`. */
  offset: string
  /** In words, when much time passed before it. */
  pause: string | undefined
  lane: number
  /** Lanes whose line passes through the row's upper half, and through its lower half. */
  above: readonly number[]
  below: readonly number[]
  /** Lanes that begin here, each from another one: its own, and before it those that nothing was told of yet. */
  branches: readonly Branch[]
  /** A duplicate: it met the answer that the transaction stored, and did nothing. */
  meets: number | undefined
}

export interface Branch {
  from: number
  to: number
}

export interface TimelineView {
  /** Such as `POST /tickets`. */
  title: string
  /** Such as `201, 2 duplicates`. */
  note: string
  rows: readonly TimelineRow[]
}

const pauseMs = 1_000
const beforeAll = -1

/** A request's steps as a timeline. */
export function timelineView({ steps }: RequestTimeline): TimelineView {
  const indexes = steps.map(({ lane }) => lanes.indexOf(lane))
  const begins = new Map<number, number>()
  const ends = new Map<number, number>()
  // A request has begun before anything that it led to.
  begins.set(0, beforeAll)
  const branches = indexes.map((lane, row) => {
    const made: Branch[] = []
    for (let to = lane; !begins.has(to); to = parentOf(to)) {
      begins.set(to, row)
      ends.set(to, row)
      ends.set(parentOf(to), row)
      made.unshift({ from: parentOf(to), to })
    }
    ends.set(lane, row)
    return made
  })
  const passing = (row: number, half: 'above' | 'below') =>
    [...begins]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([lane, begin]) => {
        const end = ends.get(lane) ?? begin
        const isThere = half === 'above' ? row > begin && row <= end : row >= begin && row < end
        return isThere ? [lane] : []
      })
  const firstMs = Date.parse(steps[0]?.at ?? '')
  const rows = steps.map((step, row): TimelineRow => {
    const atMs = Date.parse(step.at)
    const beforeMs = Date.parse(steps[row - 1]?.at ?? step.at)
    const lane = indexes[row] ?? 0
    return {
      step,
      offset: `+${elapsed(atMs - firstMs)}`,
      pause: atMs - beforeMs >= pauseMs ? `${elapsed(atMs - beforeMs)} later` : undefined,
      lane,
      above: passing(row, 'above'),
      below: passing(row, 'below'),
      branches: branches[row] ?? [],
      meets: isDuplicate(step) ? lanes.indexOf('transaction') : undefined,
    }
  })
  return { ...summaryOf(steps), rows }
}

function parentOf(lane: number): number {
  const name = lanes[lane]
  return name === undefined ? 0 : lanes.indexOf(parents[name] ?? 'request')
}

const isDuplicate = ({ lane, tone }: LaneStep) => lane === 'request' && tone === 'repeat'

function summaryOf(steps: readonly LaneStep[]): Pick<TimelineView, 'title' | 'note'> {
  const first = steps.find((step) => step.lane === 'request' && !isDuplicate(step))
  const event = steps.find(({ lane }) => lane === 'transaction')
  const duplicates = steps.filter(isDuplicate).length
  const { operation, status } = first?.facts ?? {}
  const parts = [status, duplicates > 0 && `${duplicates} ${duplicates === 1 ? 'duplicate' : 'duplicates'}`]
  return {
    title: operation ?? event?.what.replace(/^event recorded: /, '') ?? 'Request',
    note: parts.filter(Boolean).join(', '),
  }
}

/** A time that passed, in the unit that people say it in. */
export function elapsed(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** What a step says, in the reader's words rather than the log's. */
export function wordsOf({ what, tone, lane, facts: { outcome, operation, status } }: LaneStep): string {
  if (lane === 'request' && tone === 'repeat') return `duplicate answered ${status ?? ''} from the first answer`
  if (what === 'request succeeded') return `${operation ?? 'request'} answered ${status ?? ''}`
  if (what === 'message consumed' || what === 'saga start handled') return `${what}: ${outcome ?? ''}`
  return what
}
