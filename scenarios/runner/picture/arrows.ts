import { addressees, type Moment } from './moments.ts'

/** One arrow of a picture. */
export interface Arrow {
  from: string
  to: string
  message: string
  /** Empty when it simply succeeded. */
  outcome: string
  /** How often it happened within the step. */
  times: number
  /** What a fault did to it. */
  fault?: string
}

/** A reader takes in so many at once. Arrows that a fault hit are always drawn, so there may be more. */
const arrowsMax = 7

/**
 * Summarizes the moments of one step in at most seven arrows, in the order in which each first happened. Equal moments are counted;
 * reads and cleanup are left out unless a fault hit them. If that is still too much, the delivery from the outbox to the consumers
 * becomes one arrow, and the least important arrows are left out.
 */
export function toArrows(moments: readonly Moment[]): Arrow[] {
  const drawn = groupPeople(moments).filter(({ rank, fault }) => rank !== undefined || fault !== undefined)
  const detailed = groupEqual(drawn)
  const groups = detailed.length > arrowsMax ? groupEqual(summarizeDelivery(drawn)) : detailed
  const faulted = groups.filter(hasFault)
  const room = Math.max(0, arrowsMax - faulted.length)
  const byRank = groups.filter((group) => !hasFault(group)).toSorted((a, b) => a.rank - b.rank)
  const chosen = new Set([...faulted, ...byRank.slice(0, room)])
  return groups.filter((group) => chosen.has(group)).map(toArrow)
}

/** One line, such as `carla → API: POST /tickets ×10 (201 ×1, 201 replayed ×9)`. */
export function formatArrow({ from, to, ...arrow }: Arrow): string {
  return `${from} → ${to}: ${formatArrowLabel(arrow)}`
}

export function formatArrowLabel({ message, outcome, times, fault }: Omit<Arrow, 'from' | 'to'>): string {
  const details = [outcome, fault && `fault: ${fault}`].filter(Boolean).join(', ')
  return `${message}${times > 1 ? ` ×${times}` : ''}${details ? ` (${details})` : ''}`
}

/** Moments that become one arrow. */
interface Group {
  first: Moment
  /** How often, by addressee. */
  times: Map<string, number>
  /** How often, by outcome. */
  outcomes: Map<string, number>
  rank: number
}

const hasFault = ({ first }: Group) => first.fault !== undefined

function groupEqual(moments: readonly Moment[]): Group[] {
  const groups = new Map<string, Group>()
  for (const moment of moments) {
    const { from, to, message, addressee = '', fault = '', times, outcome, rank = 0 } = moment
    const key = [from, to, message, fault].join('\0')
    const group = groups.get(key) ?? { first: moment, times: new Map(), outcomes: new Map(), rank }
    group.times.set(addressee, (group.times.get(addressee) ?? 0) + times)
    group.outcomes.set(outcome, (group.outcomes.get(outcome) ?? 0) + times)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function toArrow({ first: { from, to, message, fault }, times, outcomes }: Group): Arrow {
  const names = [...times.keys()].filter(Boolean).toSorted()
  const [onlyOutcome] = outcomes.size === 1 ? [...outcomes.keys()] : []
  const counted = [...outcomes].map(([outcome, count]) => `${outcome || 'done'} ×${count}`).join(', ')
  return {
    from,
    to,
    message: message.replace(addressees, names.join(', ')),
    outcome: onlyOutcome ?? counted,
    // Each addressee gets its own copy, so they count once.
    times: Math.max(...times.values()),
    ...(fault !== undefined && { fault }),
  }
}

/** The delivery from the outbox to the consumers as one moment per event, unless a fault hit it. */
function summarizeDelivery(moments: readonly Moment[]): Moment[] {
  const delivery = moments.filter(({ isDelivery }) => isDelivery)
  if (delivery.some(({ fault }) => fault !== undefined)) return [...moments]
  const others = moments.filter(({ isDelivery }) => !isDelivery)
  const summary = delivery
    .filter(({ to }) => to === 'consumers')
    .map((moment) => ({ ...moment, from: 'DynamoDB', message: 'events, through relay and queues' }))
  return [...others, ...summary].toSorted((a, b) => a.atMs - b.atMs)
}

/** When more people than this send the same request, they become one participant. */
const peopleMax = 3

function groupPeople(moments: readonly Moment[]): Moment[] {
  const requests = Map.groupBy(
    moments.filter(({ to }) => to === 'API'),
    ({ message }) => message,
  )
  return moments.map((moment) => {
    const people = new Set(requests.get(moment.message)?.map(({ from }) => from))
    return moment.to === 'API' && people.size > peopleMax ? { ...moment, from: `${people.size} people` } : moment
  })
}
