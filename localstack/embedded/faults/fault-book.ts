import { matches } from '../iam/pattern.ts'
import type { CountedRule, FaultRule } from './rule.ts'
import { someText } from './texts.ts'

/** The rules that are set, in the order of their adding, with what came of them. */
export interface FaultBook {
  list(): CountedRule[]
  isEmpty(): boolean
  /** False when a rule of that name is there. */
  add(rule: FaultRule): boolean
  /** False when there is none. What waits for the rule's removal goes on. */
  remove(name: string): boolean
  clear(): void
  /** The rule that strikes this, counted; undefined for none. */
  strike<At extends FaultRule['at']>(at: At, subject: Subject): Strike<At> | undefined
}

/** What a rule is held against. */
export interface Subject {
  function?: string | undefined
  service?: string
  operation?: string
  resources?: readonly string[]
  /** Where texts are looked for. */
  content: unknown
  /** Whether a batch can be reversed. */
  records?: number
}

export interface Strike<At extends FaultRule['at']> {
  rule: Extract<FaultRule, { at: At }>
  /** Which time it is, from 1. */
  count: number
  /** Aborted when the rule is removed. */
  removed: AbortSignal
}

interface Entry {
  rule: FaultRule
  matched: number
  fired: number
  removed: AbortController
  chance: () => number
}

export function createFaultBook(): FaultBook {
  const entries = new Map<string, Entry>()

  function isDue(entry: Entry): boolean {
    const { from, times, probability } = entry.rule
    const number = ++entry.matched
    if (number < from) return false
    if (times !== undefined && (probability === 1 ? number >= from + times : entry.fired >= times)) return false
    return probability === 1 || entry.chance() < probability
  }

  return {
    list: () => [...entries.values()].map(({ rule, matched, fired }) => ({ ...rule, matched, fired })),
    isEmpty: () => entries.size === 0,
    add(rule) {
      if (entries.has(rule.name)) return false
      const removed = new AbortController()
      entries.set(rule.name, { rule, matched: 0, fired: 0, removed, chance: chanceOf(rule.seed) })
      return true
    },
    remove(name) {
      entries.get(name)?.removed.abort()
      return entries.delete(name)
    },
    clear() {
      for (const { removed } of entries.values()) removed.abort()
      entries.clear()
    },
    strike<At extends FaultRule['at']>(at: At, subject: Subject): Strike<At> | undefined {
      for (const entry of entries.values()) {
        if (entry.rule.at !== at || !fits(entry.rule, subject) || !isDue(entry)) continue
        const rule = entry.rule as Extract<FaultRule, { at: At }>
        return { rule, count: ++entry.fired, removed: entry.removed.signal }
      }
      return undefined
    },
  }
}

function fits(rule: FaultRule, subject: Subject): boolean {
  const { function: caller, key } = rule.where
  const isLike = (pattern: string | undefined, text: string | undefined) =>
    pattern === undefined || (text !== undefined && matches(pattern, text))
  if (!isLike(caller, subject.function)) return false
  if (rule.at === 'call') {
    const { service, operation, resource } = rule.where
    if (!isLike(service, subject.service) || !isLike(operation, subject.operation)) return false
    if (resource !== undefined && !subject.resources?.some((name) => matches(resource, name))) return false
  } else if (rule.fault.do === 'reverse' && (subject.records ?? 0) < 2) return false
  return [key ?? []].flat().every((pattern) => someText(subject.content, (text) => matches(pattern, text)))
}

/** Mulberry32 by Tommy Ettinger (public domain): from 0 up to, not including, 1. */
function chanceOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
