import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'
import type { Measured, Usage } from '../../proof/cost/usage.ts'
import { shortName } from '../../proof/short-name.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'
import { type MeteredStack, meterStack } from './metered-stack.ts'
import { splitSagas, toUsage } from './to-usage.ts'
import { registerPeople, startEndpoint, usualTexts } from './use-cases.ts'

/** How often each use case runs: sizes are the mean, and what happens only now and then has its share. */
const rounds = 3

/** Counts a part of a digest in each round, as if something was confirmed in it. */
const aPart = { 'reconcile-consumers s3 PutObject': 1 }
const scheduled = [
  'SweepOutbox',
  'ReconcileSagas',
  'ReconcileConsumers',
  'ReconcileData',
  'SweepUploads',
  'SweepCopies',
]

const nothing = { transitions: 0, historyBytes: 0 }

/** Measures the app on an embedded stack of its own, with throw-away data. */
export async function measureApp(onProgress: (step: string) => void): Promise<Omit<Measured, 'functionUse'>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-cost-'))
  try {
    const stack = await startSteadfast({
      assemblyDir: await synthesizeApp(onProgress),
      dataDir,
      port: 0,
      log: { info: () => {}, warn: () => {} },
      onProgress,
    })
    const counted: Record<string, number> = {}
    const measured = await measureTarget(openTarget({ dataDir }), onProgress, counted).finally(stack.stop)
    return { ...measured, logBytes: logBytesOf(join(dataDir, 'logs'), counted) }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measureTarget(
  target: Target,
  onProgress: (step: string) => void,
  counted: Record<string, number>,
): Promise<Pick<Measured, 'useCases' | 'idle'>> {
  const stack = await meterStack(target)
  const endpoint = await startEndpoint()
  try {
    const takeUsages = async () => {
      const { entries, executions } = await stack.take()
      for (const { kind, to } of entries)
        if (kind === 'invocation') counted[shortName(to)] = (counted[shortName(to)] ?? 0) + 1
      const { sagas, others } = splitSagas(entries)
      return { saga: toUsage(sagas, executions, rounds), rest: toUsage(others, nothing, rounds), entries, executions }
    }
    const repeat = async (work: (round: number) => Promise<unknown>) => {
      for (let round = 0; round < rounds; round++) {
        await work(round)
        await stack.settle()
      }
    }
    onProgress('Measuring requests')
    const people = await registerPeople(target, 'cost-tenant', usualTexts)
    await takeUsages()
    const ticketIds: string[] = []
    await repeat(async () => ticketIds.push(await people.openTicket()))
    const { rest: opened } = await takeUsages()
    const ticketId = await people.openTicket()
    await people.assign(ticketId)
    await takeUsages()
    await repeat((round) => people.comment(ticketId, `comment-${round}`))
    const { rest: comment, saga: notification } = await takeUsages()
    await repeat((round) => people.comment(ticketId, `comment-${round}`))
    const { rest: duplicate } = await takeUsages()

    onProgress('Measuring sagas')
    await repeat((round) => people.attach(ticketIds[round] ?? ''))
    const { entries, executions } = await takeUsages()
    const attachment = toUsage(entries, executions, rounds)
    const hooked = await registerPeople(target, 'cost-hooked', usualTexts)
    await hooked.addWebhook(endpoint.url)
    await takeUsages()
    await repeat(() => hooked.openTicket())
    const { saga: webhook } = await takeUsages()

    onProgress('Measuring what runs on schedules')
    const idle = await measureIdle(stack, counted)
    const useCases = {
      'open a ticket': opened,
      comment,
      duplicate,
      'notification saga': notification,
      'attachment saga': attachment,
      webhook,
    }
    return { useCases, idle }
  } finally {
    await endpoint.stop()
    await stack.stop()
  }
}

async function measureIdle(stack: MeteredStack, counted: Record<string, number>): Promise<Record<string, Usage>> {
  const idle: Record<string, Usage> = {}
  for (const id of scheduled) {
    const name = stack.target.outputs[`${id}Function`]
    if (name === undefined) throw new Error(`the stack has no output ${id}Function: measure every schedule or drop it`)
    await stack.invoke(name)
    const usage = toUsage(await stack.invoke(name), nothing, 1)
    idle[shortName(name)] = id === 'ReconcileConsumers' ? { ...usage, calls: { ...usage.calls, ...aPart } } : usage
    counted[shortName(name)] = 0
  }
  return idle
}

/** Bytes per invocation of each function that was counted. Functions on schedules run uncounted as well, so theirs are left out. */
function logBytesOf(folder: string, counted: Record<string, number>): Record<string, number> {
  const names = readdirSync(folder).filter((file) => file.endsWith('.log'))
  const sizes = names.map((file) => {
    const name = shortName(file.replace(/\.log$/, ''))
    const invocations = counted[name] ?? 0
    return [name, invocations > 0 ? Math.round(statSync(join(folder, file)).size / invocations) : 0] as const
  })
  return Object.fromEntries(sizes.filter(([, bytes]) => bytes > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
