import { matches } from '../iam/pattern.ts'
import { mulberry32 } from '../mulberry32.ts'
import { severalItemReads } from './half-applied.ts'
import type { CountedRule, FaultRule } from './rule.ts'
import { someText } from './texts.ts'

/** The rules that are set, in the order in which they were added, each with its counts. */
export interface FaultBook {
  list(): CountedRule[]
  isEmpty(): boolean
  /** False when a rule of that name is there. */
  add(rule: FaultRule): boolean
  /** False when there is none. What waits for the rule's removal goes on. */
  remove(name: string): boolean
  clear(): void
  /** Matches the rules against a call or an invocation that begins now. */
  match<At extends FaultRule['at']>(at: At, subject: Subject): Match<At>
}

export interface Match<At extends FaultRule['at']> {
  /** The fault to inject, counted; undefined when no rule is due. */
  injection: Injection<At> | undefined
  /** Called when the subject was carried out: counts for those that wait to be overtaken. */
  completed(): void
}

/** What a rule is matched against. */
export interface Subject {
  function?: string | undefined
  service?: string
  operation?: string
  resources?: readonly string[]
  host?: string
  /** Where texts are looked for. */
  content: unknown
  /** Whether a batch can be reversed. */
  records?: number
}

export interface Injection<At extends FaultRule['at']> {
  rule: Extract<FaultRule, { at: At }>
  /** Which time it is, from 1. */
  count: number
  /** Aborted when the rule is removed. */
  removed: AbortSignal
  /** Resolves when so many that began later, and fit the rule, were carried out. */
  overtaken(by: number): Promise<void>
  /** The rule's next random number, from 0 up to 1, reproducible from its seed. */
  random(): number
  /** Takes the injection out of the count: it had no effect after all. */
  discard(): void
}

interface Entry {
  rule: FaultRule
  matched: number
  fired: number
  removed: AbortController
  random: () => number
  waiting: Set<{ since: number; left: number; go: () => void }>
}

export function createFaultBook(): FaultBook {
  const entries = new Map<string, Entry>()
  let begun = 0

  function isDue(entry: Entry): boolean {
    const { from, times, probability } = entry.rule
    const number = ++entry.matched
    if (number < from) return false
    if (times !== undefined && (probability === 1 ? number >= from + times : entry.fired >= times)) return false
    return probability === 1 || entry.random() < probability
  }

  function injectionOf<At extends FaultRule['at']>(
    at: At,
    subject: Subject,
    number: number,
  ): Injection<At> | undefined {
    for (const entry of entries.values()) {
      if (entry.rule.at !== at || !fits(entry.rule, subject) || !isDue(entry)) continue
      const rule = entry.rule as Extract<FaultRule, { at: At }>
      const { waiting, removed } = entry
      const waiter = { since: number, left: 0, go: () => {} }
      return {
        rule,
        count: ++entry.fired,
        removed: removed.signal,
        random: entry.random,
        overtaken: (by) => new Promise((go) => void waiting.add(Object.assign(waiter, { left: by, go }))),
        discard() {
          waiting.delete(waiter)
          entry.fired--
        },
      }
    }
    return undefined
  }

  return {
    list: () => [...entries.values()].map(({ rule, matched, fired }) => ({ ...rule, matched, fired })),
    isEmpty: () => entries.size === 0,
    add(rule) {
      if (entries.has(rule.name)) return false
      const removed = new AbortController()
      entries.set(rule.name, { rule, matched: 0, fired: 0, removed, random: mulberry32(rule.seed), waiting: new Set() })
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
    match(at, subject) {
      const number = ++begun
      const completed = () => {
        for (const { rule, waiting } of entries.values()) {
          if (waiting.size === 0 || rule.at !== at || !fits(rule, subject)) continue
          for (const one of waiting) {
            if (one.since >= number || --one.left > 0) continue
            waiting.delete(one)
            one.go()
          }
        }
      }
      return { injection: injectionOf(at, subject, number), completed }
    },
  }
}

function isSeveralItemRead({ service, operation }: Subject): boolean {
  return service === 'dynamodb' && operation !== undefined && severalItemReads.has(operation)
}

function fits(rule: FaultRule, subject: Subject): boolean {
  const { function: caller, key } = rule.where
  const isLike = (pattern: string | undefined, text: string | undefined) =>
    pattern === undefined || (text !== undefined && matches(pattern, text))
  if (!isLike(caller, subject.function)) return false
  if (rule.at === 'call') {
    const { service, operation, resource } = rule.where
    if (!isLike(service, subject.service) || !isLike(operation, subject.operation)) return false
    if (rule.fault.do === 'half-applied' && !isSeveralItemRead(subject)) return false
    if (resource !== undefined && !subject.resources?.some((name) => matches(resource, name))) return false
  } else if (rule.at === 'outgoing') {
    if (!isLike(rule.where.host, subject.host)) return false
  } else if (rule.fault.do === 'reverse' && (subject.records ?? 0) < 2) return false
  return [key ?? []].flat().every((pattern) => someText(subject.content, (text) => matches(pattern, text)))
}
