import { clockSkewMsMax } from '../../domain/clock.ts'
import type { Draws } from './draws.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import type { Outage, Service } from './outages.ts'
import { deactivationAfterAssignment, type ScriptStep } from './script-steps.ts'
import type { WebhookName } from './webhook-endpoints.ts'

/** How much a client does. */
export interface ClientScale {
  requests: number
  thinkMsMax: number
  /** The part of requests that are sent in several copies at once. */
  copyRate: number
}

/** Followers of a ticket: one person. Webhooks: one name. Files: they come and go while their ticket is closed and opened. */
export type Toggled = 'followers' | 'webhooks' | 'files'

/** What one seed draws beside the order of its run: how big the system is, and what can go wrong in it. */
export interface Swarm {
  tenants: readonly string[]
  /** Clients draw their requests, unless there is a script for them. */
  script?: readonly ScriptStep[]
  clients: number
  client: ClientScale
  /** Whether clients attach and remove files. */
  hasFiles: boolean
  /** Whether a service scans uploads for malware. */
  isScanned: boolean
  /** What clients do nothing but change, back and forth, if there is such a thing. */
  toggled?: Toggled | undefined
  /** The endpoints that each tenant has in the beginning; clients change them, if there are any. */
  webhooks: readonly WebhookName[]
  /** Whether an admin holds what sagas call, and releases it. */
  hasHolds: boolean
  /** Whether operators hold everything, and release it. */
  holdsEverything: boolean
  latencyMsMax: number
  /** How long an index lags behind its table, at most; none does if 0. */
  indexLagMsMax: number
  /** The largest error of a clock: two differ by at most twice as much. */
  clockErrorMsMax: number
  faultRate: number
  faultKinds: ReadonlySet<FaultKind>
  /** A kind of fault that happens at every third point that allows it. */
  focus?: FaultKind | undefined
  outages: readonly Outage[]
  /** The part of the time between two rounds of a sweep or a reconciliation after which the next one begins. */
  roundsEvery: number
  /** Virtual time until faults stop. */
  faultsForMs: number
  /** Whether the run goes on until every published event is confirmed, a quarter of an hour later. */
  confirms: boolean
}

/**
 * Draws a swarm. Small ones are drawn more often: they are fast, and their failures are short stories. Leaving out kinds of faults finds
 * more than having all of them in each run, as one kind can hide what another would show (swarm testing: Groce et al., ISSTA 2012).
 */
export function drawSwarm(draws: Draws): Swarm {
  const drawn = drawUsualSwarm(draws)
  const toggled = drawToggled(draws)
  if (toggled) return { ...drawn, ...withToggled(toggled, drawn), toggled }
  if (draws.number(34) < 0.01) return { ...drawn, ...withLaggingAssignments }
  return draws.number(31) < 0.01 ? { ...drawn, ...withFaultyUndos(drawn) } : drawn
}

function drawUsualSwarm(draws: Draws): Swarm {
  const clients = draws.pick([1, 1, 2, 2, 3], 1)
  const share = draws.pick([0.3, 0.6, 1], 2)
  const outages = drawOutages(draws)
  const confirms = draws.number(12) < 0.18
  // What a queue loses is found when published events are confirmed.
  const kinds = faultKinds.filter((kind) => kind !== 'message lost' || confirms)
  const focus = draws.number(18) < 0.25 ? draws.pick(kinds, 19) : undefined
  const webhooks = drawWebhooks(draws, focus)
  const hasHolds = draws.number(29) < 0.1
  const holdsEverything = draws.number(30) < (hasHolds ? 0.5 : 0.02)
  // Whether an event comes before a change of its webhooks is judged by clocks, which the check allows to be ten seconds apart. So is
  // whether a call was made while it was held.
  const clockErrorMsMax = webhooks.length > 0 || hasHolds || holdsEverything ? 1_000 : clockSkewMsMax / 2
  return {
    tenants: draws.number(3) < 0.8 ? ['acme'] : ['acme', 'globex'],
    clients,
    client: {
      requests: draws.integer(1, draws.pick([1, 2, 3, clients > 2 ? 3 : 4], 25), 4),
      thinkMsMax: draws.pick([5, 100, 5_000, 120_000], 5),
      copyRate: draws.pick([0, 0.3, 0.8], 6),
    },
    hasFiles: draws.number(21) < 0.2 || isOneOf(ofUploads, focus) || isOneOf(ofScans, focus),
    isScanned: draws.number(22) < 0.4 || isOneOf(ofScans, focus),
    webhooks,
    hasHolds,
    holdsEverything,
    latencyMsMax: draws.pick([3, 30, 200], 7),
    indexLagMsMax: draws.number(32) < 0.12 ? draws.pick([300, 5_000, 120_000], 33) : 0,
    clockErrorMsMax: Math.min(draws.pick([0, 0, 1_000, clockSkewMsMax / 2], 8), clockErrorMsMax),
    faultRate: draws.pick([0, 0.01, 0.03, 0.1], 9),
    faultKinds: new Set(kinds.filter((_, index) => draws.number(10, index) < share)),
    outages,
    roundsEvery: outages.length > 0 ? 1 : draws.pick([1, 1, 0.05], 20),
    focus,
    faultsForMs: Math.max(draws.pick([2_000, 60_000, 600_000], 11), ...outages.map(({ untilMs }) => untilMs)),
    confirms,
  }
}

function drawToggled(draws: Draws): Toggled | undefined {
  if (draws.number(26) >= 0.03) return draws.number(28) < 0.01 ? 'files' : undefined
  return draws.pick(['followers', 'webhooks'] as const, 27)
}

/** What makes changes back and forth meet: among everything else they hardly ever would. */
function withToggled(toggled: Toggled, { client, clockErrorMsMax }: Swarm): Partial<Swarm> {
  const clients = 3
  switch (toggled) {
    case 'followers':
    case 'webhooks':
      return {
        clients,
        hasHolds: false,
        holdsEverything: false,
        client: { ...client, requests: 4 },
        hasFiles: false,
        webhooks: toggled === 'webhooks' ? ['crm'] : [],
        clockErrorMsMax: toggled === 'webhooks' ? Math.min(clockErrorMsMax, 1_000) : clockErrorMsMax,
        latencyMsMax: 500,
        focus: 'half applied',
      }
    case 'files':
      return {
        clients,
        hasHolds: false,
        holdsEverything: false,
        // So that a ticket is closed while a file of it is uploaded or removed.
        client: { requests: 12, thinkMsMax: 5_000, copyRate: 0 },
        hasFiles: true,
        webhooks: [],
        latencyMsMax: 500,
        focus: 'copy late',
      }
  }
}

/** What makes an index lack a ticket just when its assignee is deactivated: clients hardly ever come to that. */
const withLaggingAssignments: Partial<Swarm> = {
  tenants: ['acme'],
  script: deactivationAfterAssignment,
  clients: 1,
  indexLagMsMax: 120_000,
}

/** What makes sagas park: outages that begin between a step and its undo are too rare. */
function withFaultyUndos({ outages, faultsForMs }: Swarm): Partial<Swarm> {
  const faulty: Outage = { service: 'undos', fromMs: 0, untilMs: 10_800_000 }
  return { outages: [...outages, faulty], faultsForMs: Math.max(faultsForMs, faulty.untilMs), roundsEvery: 1 }
}

function drawWebhooks(draws: Draws, focus: FaultKind | undefined): Swarm['webhooks'] {
  if (draws.number(23) >= 0.15 && focus !== 'endpoint fails') return []
  return draws.pick([['crm'], ['crm'], ['gone'], ['crm', 'gone']] as const, 24)
}

const ofUploads: readonly FaultKind[] = ['upload not announced', 'upload announced twice', 'copy late']
const ofScans: readonly FaultKind[] = ['verdict repeated', 'verdict late', 'malware found later']

function isOneOf(kinds: readonly FaultKind[], focus: FaultKind | undefined): boolean {
  return focus !== undefined && kinds.includes(focus)
}

/** What can be down for a while. While a table is down nothing is written to it, so other tables of its transactions stay as they are. */
const services: readonly Service[] = [
  'mail',
  'mail',
  'webhook endpoints',
  'objects',
  'state machines',
  'queue project-views',
  'queue start-saga',
  'table Quotas',
  'table Notices',
  'table Receipts',
]

function drawOutages(draws: Draws): Outage[] {
  if (draws.number(13) > 0.09) return []
  const fromMs = draws.number(14) * draws.pick([200, 2_000, 60_000], 15)
  const forMs = draws.pick([60_000, 1_800_000, 10_800_000], 16)
  return [{ service: draws.pick(services, 17), fromMs, untilMs: fromMs + forMs }]
}
