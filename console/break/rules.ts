import { type Fetched, fetchJson } from '../live/fetched.ts'
import type { Fault } from '../wire.ts'
import type { Rule } from './presets.ts'

/** The embedded stack's own rules: the console only switches them. */
const faults = '../faults'

export function addRule(rule: Rule | object): Promise<Fetched<Fault>> {
  return fetchJson<Fault>(faults, { method: 'POST', body: JSON.stringify(rule) })
}

export function removeRule(name: string): Promise<Fetched<unknown>> {
  return fetchJson(`${faults}/${encodeURIComponent(name)}`, { method: 'DELETE' })
}

export function removeAllRules(): Promise<Fetched<unknown>> {
  return fetchJson(faults, { method: 'DELETE' })
}
