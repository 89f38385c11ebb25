import { type Moment, ofSeveral } from './moments.ts'

/** One arrow of a picture: what went from one to another, as often as it did within a step. */
export interface Arrow {
  from: string
  to: string
  what: string
  /** How it ended, when that is worth a word. */
  outcome: string
  times: number
  /** What a fault did to it. */
  struck?: string
}

/** What a person takes in at once. What a fault struck is always told. */
const arrowsPerStepMax = 7

/**
 * The moments of one step as few arrows that tell its story, in the order in which each first happened: equal ones are counted,
 * reads and tidying up are left out unless a fault struck them, and when it still is too much, the way from the outbox to the
 * consumers becomes one arrow and what counts least is left out.
 */
export function pictureOf(moments: readonly Moment[]): Arrow[] {
  const telling = crowded(moments).filter(({ rank, struck }) => rank !== undefined || struck !== undefined)
  const all = fold(telling)
  const groups = all.length > arrowsPerStepMax ? fold(shortened(telling)) : all
  const room = Math.max(0, arrowsPerStepMax - groups.filter(isStruck).length)
  const rest = groups.filter((group) => !isStruck(group)).toSorted((a, b) => a.rank - b.rank)
  const chosen = new Set([...groups.filter(isStruck), ...rest.slice(0, room)])
  return groups.filter((group) => chosen.has(group)).map(arrowOf)
}

/** One line, such as `carla → API: POST /tickets ×10: 201 ×1, 201 replayed ×9`. */
export function arrowLine({ from, to, ...arrow }: Arrow): string {
  return `${from} → ${to}: ${labelOf(arrow)}`
}

export function labelOf({
  what,
  outcome,
  times,
  struck,
}: Pick<Arrow, 'what' | 'outcome' | 'times' | 'struck'>): string {
  const ended = [outcome, struck && `fault: ${struck}`].filter(Boolean).join(', ')
  return `${what}${times > 1 ? ` ×${times}` : ''}${ended ? ` (${ended})` : ''}`
}

interface Group {
  first: Moment
  /** How often, by which one of several. */
  times: Map<string, number>
  outcomes: Map<string, number>
  rank: number
}

function fold(moments: readonly Moment[]): Group[] {
  const groups = new Map<string, Group>()
  for (const moment of moments) {
    const { from, to, what, which = '', struck = '', times, outcome, rank = 0 } = moment
    const same = [from, to, what, struck].join('\0')
    const group = groups.get(same) ?? { first: moment, times: new Map(), outcomes: new Map(), rank }
    group.times.set(which, (group.times.get(which) ?? 0) + times)
    group.outcomes.set(outcome, (group.outcomes.get(outcome) ?? 0) + times)
    groups.set(same, group)
  }
  return [...groups.values()]
}

const isStruck = ({ first }: Group) => first.struck !== undefined

function arrowOf({ first: { from, to, what, struck }, times, outcomes }: Group): Arrow {
  const which = [...times.keys()].filter(Boolean).toSorted()
  const [only] = outcomes.size === 1 ? [...outcomes.keys()] : []
  const mixed = [...outcomes].map(([outcome, count]) => `${outcome || 'done'} ×${count}`).join(', ')
  return {
    from,
    to,
    what: what.replace(ofSeveral, which.join(', ')),
    outcome: only ?? mixed,
    // Each of several got as many.
    times: Math.max(...times.values()),
    ...(struck !== undefined && { struck }),
  }
}

/** The way from the outbox to the consumers as one moment for each event, unless a fault struck on it. */
function shortened(moments: readonly Moment[]): Moment[] {
  const way = moments.filter(({ onItsWay }) => onItsWay)
  if (way.some(({ struck }) => struck !== undefined)) return [...moments]
  const rest = moments.filter(({ onItsWay }) => !onItsWay)
  const arrived = way.filter(({ to }) => to === 'consumers')
  const whole = arrived.map((moment) => ({ ...moment, from: 'DynamoDB', what: 'events, by way of relay and queues' }))
  return [...rest, ...whole].toSorted((a, b) => a.atMs - b.atMs)
}

/** More than this many people who do the same are a crowd. */
const peopleMax = 3

/** The same of many people as if one had done it, who is called by their number. */
function crowded(moments: readonly Moment[]): Moment[] {
  const people = Map.groupBy(
    moments.filter(({ to }) => to === 'API'),
    ({ what }) => what,
  )
  return moments.map((moment) => {
    const names = new Set(people.get(moment.what)?.map(({ from }) => from))
    return moment.to === 'API' && names.size > peopleMax ? { ...moment, from: `${names.size} people` } : moment
  })
}
