import { setTimeout as sleep } from 'node:timers/promises'
import { projectViews } from '../../app/consumers/project-views.ts'
import { StartedMachineArns, startSagasOf } from '../../app/consumers/start-sagas.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { runtime } from '../../app/environment.ts'
import { noopObserver } from '../../app/observer.ts'
import { isDelivered, type Repaired, repairTables, resumeDelivery } from '../../app/restore/repair.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { rpoSeconds, rpoSecondsMax, rtoSeconds, rtoSecondsMax } from '../../domain/restore-targets.ts'
import { confirmEvents } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { gatherAll } from '../check/gather.ts'
import { readMails } from '../check/mail-log.ts'
import { type Finding, runCheck } from '../check/run-check.ts'
import type { Conversation } from '../load/conversation.ts'
import { conversationSession } from '../load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../load/run-load.ts'
import { clientConfig, type Target } from '../target.ts'
import { countDamage, releaseBadly } from './bad-release.ts'
import { machineArns, putIntoService, stopWhatGoesOn, takeOutOfService } from './service.ts'
import { backUpTables, copyIntoService, emptyTables, restoreTables } from './tables.ts'

/** What the tables are restored after. */
export const disasters = ['tables-lost', 'bad-deployment'] as const
export type Disaster = (typeof disasters)[number]

export interface DrillOptions {
  tickets: number
  /** Every row is lost; or a bad release overwrites texts and assigns tickets wrongly, while customers go on. */
  disaster: Disaster
  /** Leaves out the repair: shows what it is for. */
  withoutRepair: boolean
  tokenFor: Parameters<typeof runLoad>[0]['tokenFor']
  onStep(step: string): void
}

export interface DrillReport {
  ok: boolean
  disaster: Disaster
  /** The restored point of the truth, and how long after it the last table was backed up. */
  restoredTo: string
  secondsBetweenTables: number
  /** Seconds of work that are lost: those between the restored point and the beginning of the disaster. */
  rpoSeconds: number
  rpoSecondsMax: number
  eventsLost: number
  /** Mails about what was lost: nobody can take them back. */
  mailsAboutLost: number
  mailsSentTwice: number
  /** Texts and events that a bad release has damaged, and how many of them are left after the restore. */
  damaged: number
  damagedLeft: number
  rowsRepaired: number
  rtoSeconds: number
  rtoSecondsMax: number
  /** Seconds per phase. */
  phases: Record<string, number>
  findings: Finding[]
}

const copies = 2
/** The user to whom the bad release assigns. Nobody else does. */
const wrongly = 'admin-drill'
const idleMsMax = 120_000
/** What is broken never gets idle. */
const brokenMsMax = 15_000

/**
 * Restores a running system from backups of its tables that were made one after the other under traffic, and proves what came back. The
 * target must be of this drill alone: it loses its data.
 */
export async function drillRestore(target: Target & { edgeUrl: string }, options: DrillOptions): Promise<DrillReport> {
  const { edgeUrl, store } = target
  const { onStep, disaster } = options
  onStep('Sending conversations')
  const half = Promise.withResolvers<void>()
  const traffic = send(target, options, ({ requestsDone, requestsPlanned }) => {
    if (requestsDone >= requestsPlanned / 2) half.resolve()
  })
  await half.promise
  onStep('Backing up one table after the other, under traffic')
  let backups = await backUpTables(target, () => sleep(700))
  const damagedFromMs = Date.now()
  if (disaster === 'bad-deployment') onStep('Deploying a bad release, under traffic')
  const damaged = disaster === 'bad-deployment' ? await releaseBadly(store, { wrongly }) : 0
  const run = await traffic
  // Longer than a mail takes, so that some are about what is lost.
  await sleep(3_000)
  if (disaster === 'bad-deployment') {
    // The table is still there: the later it is restored to, the more of what is lost is named.
    const [events] = await backUpTables(target, async () => {}, ['Events'])
    backups = backups.map((backup) => (events && backup.table === events.table ? events : backup))
  }
  const lostMs = Date.now()
  const restoredToMs = backups[0]?.atMs ?? lostMs

  const phases: Record<string, number> = {}
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    onStep(name)
    const beganMs = performance.now()
    const result = await work()
    phases[name] = Math.round((performance.now() - beganMs) / 100) / 10
    return result
  }
  await phase('Taking the service away', async () => {
    await takeOutOfService(edgeUrl)
    if (disaster === 'tables-lost') await emptyTables(store)
    await untilNothingIsSent(edgeUrl)
  })
  const restored = await phase('Restoring each table from its backup', () => restoreTables(target, backups))
  const sentIds = await sentMailIds(edgeUrl)
  const point = {
    restoredTo: new Date(restoredToMs).toISOString(),
    ...(disaster === 'bad-deployment' && { damagedFrom: new Date(damagedFromMs).toISOString() }),
    lostFrom: new Date(lostMs).toISOString(),
    sentIds,
  }
  const repaired = options.withoutRepair
    ? undefined
    : await phase('Repairing the restored tables', () => repairTables(restored, point))
  await phase('Putting them into service', async () => {
    await stopWhatGoesOn(edgeUrl)
    await emptyTables(store)
    await copyIntoService(target, restored.store)
    await putIntoService(edgeUrl)
  })
  await phase('Resuming consumers and sagas', async () => {
    const run = repaired && (await resumeDelivery({ store, runtime }, repaired))
    await untilIdle(target, restored.digests, repaired)
    await run?.end()
  })
  const rto = rtoSeconds(point, new Date().toISOString())
  onStep('Checking every invariant')
  const attempts = run.results.flatMap((result) => result.attempts)
  const untilSettled = { graceMs: 1_000, rounds: options.withoutRepair ? 5 : 60, sleep }
  const findings = await runCheck(() => gatherAll(target, attempts), untilSettled)
  const before = new Set(sentIds)
  const mailsSentTwice = (await sentMailIds(edgeUrl)).slice(sentIds.length).filter((id) => before.has(id)).length
  const rpo = rpoSeconds(point)
  const damagedLeft = await countDamage(store, { wrongly })
  const isWhole = findings.every(({ violations }) => violations.length === 0) && damagedLeft === 0
  return {
    ok: isWhole && mailsSentTwice === 0 && rpo <= rpoSecondsMax && rto <= rtoSecondsMax,
    disaster,
    restoredTo: point.restoredTo,
    secondsBetweenTables: Math.round((Math.max(...backups.map(({ atMs }) => atMs)) - restoredToMs) / 100) / 10,
    rpoSeconds: rpo,
    rpoSecondsMax,
    eventsLost: repaired?.record.events.length ?? 0,
    mailsAboutLost: repaired?.record.effects.length ?? 0,
    mailsSentTwice,
    damaged,
    damagedLeft,
    rowsRepaired: repaired?.rowsWritten ?? 0,
    rtoSeconds: rto,
    rtoSecondsMax,
    phases,
    findings,
  }
}

async function sentMailIds(edgeUrl: string): Promise<string[]> {
  return ((await readMails(edgeUrl)) ?? []).map(({ steadfastId }) => steadfastId)
}

/** Functions that had begun when the service was taken away still run to their end, and send. */
async function untilNothingIsSent(edgeUrl: string): Promise<void> {
  for (let before = -1, now = 0; now !== before; ) {
    before = now
    await sleep(1_000)
    now = (await sentMailIds(edgeUrl)).length
  }
}

/** Customer and agent take turns, so that each comment notifies somebody. */
function send(
  { apiUrl }: Target,
  { tickets, tokenFor }: DrillOptions,
  onProgress: LoadOptions['onProgress'],
): Promise<LoadRun> {
  const sessions = Array.from({ length: tickets }, (_, index): Conversation => {
    const messages = Array.from({ length: 8 }, (_, turn) => {
      const author = turn % 2 === 0 ? 'customer-1' : 'agent-1'
      return { author, text: `Message ${turn} of dialogue ${index}.` }
    })
    return { conversation: `drill-${index}`, tenant: `drill-${index % 3}`, messages }
  }).map((conversation, index) => conversationSession('drill', conversation, index))
  return runLoad({ apiUrl, tokenFor }, sessions, { copies, arrivals: { concurrency: 4 }, onProgress })
}

/**
 * Runs the rounds that the stack runs every five minutes, until what was repaired is delivered and no saga is under way; what is left all
 * the same, the check tells. A round leaves what it has no time for to the next one.
 */
async function untilIdle(
  { store, edgeUrl }: Target & { edgeUrl: string },
  digests: ObjectStore,
  repaired: Repaired | undefined,
): Promise<void> {
  const arns = await machineArns(edgeUrl, ['notification', 'webhook', 'attachment', 'removal'])
  const config = clientConfig(edgeUrl)
  const machines = new SfnStateMachines(config)
  const deps = { store, runtime, machines, callbacks: new SfnCallbacks(config), observer: noopObserver }
  const consumers = [projectViews(store, runtime), unassignTickets(store, runtime)]
  const machineArnsOfEvents = StartedMachineArns.parse(arns)
  const startSagas = (event: DomainEvent, deadlineMs: number) =>
    startSagasOf({ ...deps, machineArns: machineArnsOfEvents }, event, deadlineMs)
  const hasLiveSagas = async () => (await scanAll(store, 'Sagas')).some(({ livePk }) => livePk !== undefined)
  const isIdle = async () => (!repaired || (await isDelivered(store, repaired))) && !(await hasLiveSagas())
  const deadlineMs = Date.now() + (repaired ? idleMsMax : brokenMsMax)
  do {
    await confirmEvents({ ...deps, digests }, consumers, startSagas, Date.now() + 30_000)
    await reconcileSagas({ ...deps, deployedMachine: machineFinder(arns) }, Date.now() + 30_000)
    await sleep(1_000)
  } while (Date.now() < deadlineMs && !(await isIdle()))
}
