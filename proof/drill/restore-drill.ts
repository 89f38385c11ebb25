import { setTimeout as sleep } from 'node:timers/promises'
import { projectViews } from '../../app/consumers/project-views.ts'
import { StartedMachineArns, startSagasOf } from '../../app/consumers/start-sagas.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { runtime } from '../../app/environment.ts'
import { noopObserver } from '../../app/observer.ts'
import { repairTables, resumeDelivery } from '../../app/restore/repair.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { confirmEvents } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { SfnCallbacks } from '../../gateways/callbacks-sfn.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { gatherAll } from '../check/gather.ts'
import { readMails } from '../check/mail-log.ts'
import { type Finding, runCheck } from '../check/run-check.ts'
import type { Conversation } from '../load/conversation.ts'
import { conversationSession } from '../load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../load/run-load.ts'
import { scanAll } from '../scan.ts'
import { clientConfig, type Target } from '../target.ts'
import { machineArns, putIntoService, stopWhatGoesOn, takeOutOfService } from './service.ts'
import { backUpTables, copyIntoService, emptyTables, restoreTables } from './tables.ts'

export interface DrillOptions {
  tickets: number
  /** Leaves out the repair: shows what it is for. */
  withoutRepair: boolean
  tokenFor: Parameters<typeof runLoad>[0]['tokenFor']
  onStep(step: string): void
}

export interface DrillReport {
  ok: boolean
  /** Of the truth, and how long after it the last table was backed up. */
  restoredTo: string
  secondsBetweenTables: number
  /** What was recorded in so many seconds before the disaster is lost. */
  rpoSeconds: number
  rpoSecondsMax: number
  eventsLost: number
  /** Mails about what was lost: nobody can take them back. */
  mailsAboutLost: number
  mailsSentTwice: number
  rowsRepaired: number
  rtoSeconds: number
  rtoSecondsMax: number
  /** Seconds per phase. */
  phases: Record<string, number>
  findings: Finding[]
}

/** On AWS the newest restorable time is some five minutes ago. */
const rpoSecondsMax = 300
const rtoSecondsMax = 4 * 3_600

const copies = 2
const idleMsMax = 120_000
/** What is broken never gets idle. */
const brokenMsMax = 15_000

/**
 * Restores a running system from backups of its tables that were made one after the other under traffic, and proves what came back. The
 * target must be of this drill alone: it loses its data.
 */
export async function drillRestore(target: Target & { edgeUrl: string }, options: DrillOptions): Promise<DrillReport> {
  const { edgeUrl, store, outputs } = target
  const { onStep } = options
  onStep('Sending conversations')
  const half = Promise.withResolvers<void>()
  const traffic = send(target, options, ({ requestsDone, requestsPlanned }) => {
    if (requestsDone >= requestsPlanned / 2) half.resolve()
  })
  await half.promise
  onStep('Backing up one table after the other, under traffic')
  const backups = await backUpTables(target, () => sleep(700))
  const run = await traffic
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
  await phase('Taking the service away, and losing every row', async () => {
    await takeOutOfService(edgeUrl)
    await emptyTables(store)
  })
  const mailsBefore = (await readMails(edgeUrl)) ?? []
  const restored = await phase('Restoring each table from its backup', () => restoreTables(target, backups))
  const digests = new S3ObjectStore(outputs.DigestsBucket ?? '', clientConfig(edgeUrl))
  const objects = new S3ObjectStore(outputs.AttachmentsBucket ?? '', clientConfig(edgeUrl))
  const sentIds = mailsBefore.map(({ steadfastId }) => steadfastId)
  const point = {
    restoredTo: new Date(restoredToMs).toISOString(),
    lostFrom: new Date(lostMs).toISOString(),
    sentIds,
  }
  const repaired = options.withoutRepair
    ? undefined
    : await phase('Repairing the restored tables', () => repairTables({ store: restored, digests, objects }, point))
  await phase('Putting them into service', async () => {
    await stopWhatGoesOn(edgeUrl)
    await emptyTables(store)
    await copyIntoService(target, restored)
    await putIntoService(edgeUrl)
  })
  await phase('Resuming consumers and sagas', async () => {
    if (repaired) await resumeDelivery(store, repaired)
    await untilIdle(target, digests, options.withoutRepair ? brokenMsMax : idleMsMax)
  })
  const rtoSeconds = Math.round(Object.values(phases).reduce((sum, seconds) => sum + seconds, 0))
  onStep('Checking every invariant')
  const attempts = run.results
    .flatMap((result) => result.attempts)
    .filter(({ startedAtMs, latencyMs }) => startedAtMs + latencyMs < restoredToMs)
  const patience = { graceMs: 1_000, rounds: options.withoutRepair ? 5 : 60, sleep }
  const findings = await runCheck(() => gatherAll(target, attempts), patience)
  const mailsAfter = ((await readMails(edgeUrl)) ?? []).map(({ steadfastId }) => steadfastId)
  const before = new Set(sentIds)
  const mailsSentTwice = mailsAfter.slice(sentIds.length).filter((id) => before.has(id)).length
  const rpoSeconds = Math.round((lostMs - restoredToMs) / 100) / 10
  const isWhole = findings.every(({ violations }) => violations.length === 0)
  return {
    ok: isWhole && mailsSentTwice === 0 && rpoSeconds <= rpoSecondsMax && rtoSeconds <= rtoSecondsMax,
    restoredTo: point.restoredTo,
    secondsBetweenTables: Math.round(((backups.at(-1)?.atMs ?? 0) - restoredToMs) / 100) / 10,
    rpoSeconds,
    rpoSecondsMax,
    eventsLost: repaired?.record.events.length ?? 0,
    mailsAboutLost: repaired?.record.effects.length ?? 0,
    mailsSentTwice,
    rowsRepaired: repaired?.rowsWritten ?? 0,
    rtoSeconds,
    rtoSecondsMax,
    phases,
    findings,
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

/** Runs the rounds that the stack runs every five minutes, until nothing is left to do; what is left all the same, the check tells. */
async function untilIdle(
  { store, edgeUrl }: Target & { edgeUrl: string },
  digests: ObjectStore,
  msMax: number,
): Promise<void> {
  const arns = await machineArns(edgeUrl, ['notification', 'webhook', 'attachment', 'removal'])
  const config = clientConfig(edgeUrl)
  const machines = new SfnStateMachines(config)
  const deps = { store, runtime, machines, callbacks: new SfnCallbacks(config), observer: noopObserver }
  const consumers = [projectViews(store, runtime), unassignTickets(store, runtime)]
  const machineArnsOfEvents = StartedMachineArns.parse(arns)
  const startSagas = (event: DomainEvent, deadlineMs: number) =>
    startSagasOf({ ...deps, machineArns: machineArnsOfEvents }, event, deadlineMs)
  const deadlineMs = Date.now() + msMax
  for (let left = 1; left > 0 && Date.now() < deadlineMs; ) {
    await confirmEvents({ ...deps, digests }, consumers, startSagas, Date.now() + 30_000)
    await reconcileSagas({ ...deps, deployedMachine: machineFinder(arns) }, Date.now() + 30_000)
    await sleep(1_000)
    left = (await scanAll(store, 'Sagas')).filter(({ livePk }) => livePk !== undefined).length
  }
}
