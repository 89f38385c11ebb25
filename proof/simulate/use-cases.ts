import { changeStatus } from '../../functions/change-status/change-status.ts'
import { faultKinds, type PlannedFault } from './faults.ts'
import { type Outage, pointOf } from './outages.ts'
import {
  assign,
  attach,
  comment,
  deactivate,
  holdMail,
  onTicket,
  open,
  releaseMail,
  removeFile,
  type ScriptStep,
  tenant,
} from './script-steps.ts'
import type { Swarm } from './swarm.ts'
import type { WebhookName } from './webhook-endpoints.ts'

/** A use case of which every fault at every point is tried. */
export interface UseCase {
  name: string
  /** What is tried with it, in one sentence. */
  description: string
  script: readonly ScriptStep[]
  /** None, unless it says so. */
  webhooks?: readonly WebhookName[]
  isScanned?: boolean
  /** What is down in every run, beside the faults that are tried. */
  outages?: readonly Outage[]
  /** What happens only with a fault, and must happen with one of them: drawn schedules hardly ever show it. */
  shows?: readonly string[]
}

/** Every use case: in each, messages are delivered to every subscriber, and read models and sagas follow. */
export const useCases: readonly UseCase[] = [
  {
    name: 'duplicates',
    description: 'Two copies of one request at once: one effect, one answer.',
    script: [open('carla', 2)],
  },
  {
    name: 'race',
    description:
      'A comment and a change of status at once on one ticket: both take effect, in one order for everybody.',
    script: [
      open('carla'),
      onTicket(comment('carla'), {
        by: 'agnes',
        key: 'resolve',
        endpoint: changeStatus,
        body: { to: 'resolved', reason: 'It is out.' },
      }),
    ],
  },
  {
    name: 'notification',
    description: 'A comment notifies the one who opened the ticket: one notice, and mail under one id.',
    script: [open('carla'), onTicket(comment('agnes'))],
  },
  {
    name: 'compensation',
    description: 'The mail about a comment is refused: notice and budget are taken back.',
    script: [open('alan'), onTicket(comment('agnes'))],
  },
  {
    name: 'parking',
    description:
      'The undo of a refused mail keeps failing: its saga is parked, resumed by an operator, and compensated.',
    script: [open('alan'), onTicket(comment('agnes'))],
    outages: [{ service: 'undos', fromMs: 0, untilMs: 1_800_000 }],
    shows: [
      'SagasWoken',
      'no execution was waiting at the parking',
      'outdated resume ignored: the saga has continued since',
    ],
  },
  {
    name: 'hold',
    description:
      'Mail is held while a comment would be notified of, and released: the mail waits, and is sent under one id.',
    script: [holdMail, open('carla'), onTicket(comment('agnes')), releaseMail],
  },
  {
    name: 'newcomer',
    description: "A customer's first request registers its user in a transaction of its own.",
    script: [open('carl')],
  },
  {
    name: 'deactivation',
    description: 'A ticket is assigned while its assignee is deactivated: it does not stay with them.',
    script: [
      open('carla'),
      { requests: (known) => [...onTicket(assign).requests(known), { request: deactivate, copies: 1 }] },
    ],
  },
  {
    name: 'webhook',
    description: 'An endpoint hears of a new ticket: at least once, under one id.',
    script: [open('carla')],
    webhooks: ['crm'],
  },
  {
    name: 'refused-webhook',
    description: 'An endpoint refuses every message: its saga is compensated.',
    script: [open('carla')],
    webhooks: ['gone'],
  },
  {
    name: 'upload',
    description: 'A file is uploaded, inspected and published.',
    script: [open('carla'), onTicket(attach)],
  },
  {
    name: 'scanned-upload',
    description: 'A file is uploaded, waits for the verdict of a scan, and is published.',
    script: [open('carla'), onTicket(attach)],
    isScanned: true,
  },
  {
    name: 'removal',
    description: 'A file is removed from its ticket: the object after the metadata, and its bytes are released.',
    script: [open('carla'), onTicket(attach), removeFile],
  },
]

/** Throws when there is none of that name, naming those that exist. */
export function findUseCase(name: string): UseCase {
  const found = useCases.find((useCase) => useCase.name === name)
  if (!found)
    throw new Error(`there is no use case ${name}: it must be one of ${useCases.map((each) => each.name).join(', ')}`)
  return found
}

/** The faults of every run of a use case. */
export function faultsOf({ outages = [] }: UseCase): PlannedFault[] {
  return outages.map((outage) => ({ point: pointOf(outage), fault: 'outage' }))
}

/** The swarm with which a use case runs: one client, right clocks, and no fault but those that are listed. */
export function swarmOf({ script, webhooks = [], isScanned = false, outages = [] }: UseCase): Swarm {
  return {
    tenants: [tenant],
    script,
    clients: 1,
    client: { requests: 0, thinkMsMax: 0, copyRate: 0 },
    hasFiles: false,
    isScanned,
    webhooks,
    hasHolds: false,
    holdsEverything: false,
    latencyMsMax: 20,
    indexLagMsMax: 0,
    clockErrorMsMax: 0,
    faultRate: 0,
    faultKinds: new Set(faultKinds),
    outages,
    roundsEvery: 1,
    faultsForMs: 3_600_000,
    confirms: true,
  }
}
