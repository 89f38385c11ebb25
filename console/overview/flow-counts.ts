import type { LiveState } from '../live/state.ts'

/** What stands beside an arrow. */
export interface ArrowCount {
  text: string
  /** How it moves: not at all, one thing passing by, or many. */
  motion: 'none' | 'one' | 'many'
  /** Changes with each new motion. */
  turn: number
}

/** What stands in a node below its name. */
export interface NodeCount {
  text: string
  tone: 'plain' | 'waiting' | 'problem'
}

type FlowState = Pick<LiveState, 'totals' | 'growing' | 'depths' | 'promises'>

type CountOf = (counter: string) => number

/** Batches in a row after which an arrow shows a stream instead of single things. */
const streamAfter = 3

/** The count of an arrow, by its id on the picture. Empty where nothing has passed. */
export function arrowCount(id: string, { totals, growing }: FlowState): ArrowCount {
  const counters = countersOf(id)
  const count = sum(totals, counters)
  const turns = counters.map((counter) => growing[counter] ?? 0)
  const streak = Math.max(0, ...turns)
  return {
    text: count === 0 ? '' : grouped(count),
    ...motionOf(streak, count),
  }
}

/** How an arrow moves after so many batches in a row that brought something. */
function motionOf(streak: number, count: number): Pick<ArrowCount, 'motion' | 'turn'> {
  if (streak >= streamAfter) return { motion: 'many', turn: 0 }
  return { motion: streak === 0 ? 'none' : 'one', turn: count }
}

/** Which totals an arrow shows. What a commit writes is one transaction, so its row of the outbox has the same count. */
function countersOf(id: string): string[] {
  const [from = '', to = ''] = id.split(' > ')
  const [kind, name = ''] = from.split(' ')
  if (from === 'client') return requestOutcomes.map((outcome) => `request ${outcome}`)
  if (from === 'api' || from === 'transaction') return ['request committed']
  if (kind === 'queue') return [`queue ${name} delivered`, `queue ${name} returned`]
  if (to.startsWith('saga ')) return [`${to} began`]
  if (to === 'mail') return ['mail']
  if (kind === 'saga') return [`saga ${name} completed`]
  return []
}

const requestOutcomes = ['committed', 'replayed', 'read', 'refused', 'failed'] as const

/** The count of a node, by its id on the picture. Undefined while nothing is known. */
export function nodeCount(id: string, { totals, depths }: FlowState): NodeCount | undefined {
  const [kind = '', name = ''] = id.split(' ')
  const count: CountOf = (counter) => totals[counter] ?? 0
  switch (kind) {
    case 'api': {
      const problems = count('request failed')
      if (problems > 0) return { text: `${grouped(problems)} failed`, tone: 'problem' }
      const reads = count('request read')
      return { text: `${grouped(reads)} ${reads === 1 ? 'read' : 'reads'}`, tone: 'plain' }
    }
    case 'transaction':
      return { text: `${grouped(count('request committed'))} committed`, tone: 'plain' }
    case 'outbox':
      return depths && { text: `${grouped(depths.outbox)} waiting`, tone: depths.outbox > 0 ? 'waiting' : 'plain' }
    case 'queue': {
      const depth = depths?.queues.find(({ queue }) => queue === name)
      if (!depth) return undefined
      const waiting = depth.waiting + depth.inFlight
      return { text: grouped(waiting), tone: depth.dead > 0 ? 'problem' : waiting > 0 ? 'waiting' : 'plain' }
    }
    case 'consumer': {
      const [returned, dead] = [count(`queue ${name} returned`), deadOf(name, depths)]
      if (dead > 0) return { text: `${grouped(dead)} dead`, tone: 'problem' }
      return { text: returned > 0 ? `${grouped(returned)} came back` : '', tone: 'waiting' }
    }
    case 'saga':
      return sagaCount(name, count)
    default:
      return undefined
  }
}

const deadOf = (name: string, depths: FlowState['depths']) =>
  depths?.queues.find(({ queue }) => queue === name)?.dead ?? 0

function sagaCount(name: string, count: CountOf): NodeCount {
  const [began, completed, compensated, failed] = ['began', 'completed', 'compensated', 'failed'].map((end) =>
    count(`saga ${name} ${end}`),
  ) as [number, number, number, number]
  if (failed > 0) return { text: `${grouped(failed)} failed`, tone: 'problem' }
  const running = Math.max(0, began - completed - compensated)
  const parts = [
    [running, 'running'],
    [compensated, 'undone'],
  ] as const
  const text = parts.flatMap(([number, what]) => (number > 0 ? `${grouped(number)} ${what}` : [])).join(' · ')
  return { text, tone: running > 0 || compensated > 0 ? 'waiting' : 'plain' }
}

/** Duplicates that met the first answer. */
export function replayCount({ totals, growing }: FlowState): ArrowCount {
  const count = totals['request replayed'] ?? 0
  const streak = growing['request replayed'] ?? 0
  return {
    text: count === 0 ? '' : `${grouped(count)} replayed`,
    ...motionOf(streak, count),
  }
}

const sum = (totals: FlowState['totals'], counters: readonly string[]) =>
  counters.reduce((total, counter) => total + (totals[counter] ?? 0), 0)

const grouped = (count: number) => count.toLocaleString('en')
