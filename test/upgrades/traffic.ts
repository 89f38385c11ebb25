import { expect } from 'vitest'
import { isSuccess, type RequestResult } from '../../proof/load/attempt.ts'
import type { Conversation } from '../../proof/load/conversation.ts'
import type { LoadOptions, LoadRun } from '../../proof/load/run-load.ts'
import { stallMsDefault } from '../../proof/load/wait-for-sagas.ts'
import type { Target } from '../../proof/target.ts'
import { readTargetKind } from '../../proof/targets/target-kind.ts'
import { expectVerdict, sendConversations } from '../e2e/judged-load.ts'
import { caller } from '../e2e/running-stack.ts'
import { startReceiver } from '../e2e/webhook-receiver.ts'
import { type Deployment, webhookSagas } from './versions.ts'

const copies = 2

/** The tenants of the traffic alone: their endpoints take no message of another test. */
export const trafficTenants = ['upgrade-0', 'upgrade-1', 'upgrade-2', 'upgrade-3']

interface Extent {
  /** How many deployments happen under the traffic. */
  deployments: number
  /** What is sent again and again, as one wave after the other. */
  conversations: readonly Conversation[]
  arrivals: LoadOptions['arrivals']
}

export interface Traffic {
  /** Sends one wave. */
  send(): Promise<void>
  /** Resolves when a saga is in flight that started after the last deployment and stays so until the next one is over. */
  untilInFlight(): Promise<void>
  /** Deploys, and sends waves until that has ended. */
  during(deploy: () => Promise<unknown>): Promise<Deployment>
  /** Resolves when each ticket has its saga: the consumers have caught up with what was sent. */
  untilCaughtUp(): Promise<void>
  /** Waits until everything has ended, and expects that each request took effect once and that no event was lost. */
  judge(): Promise<void>
  stop(): Promise<void>
}

/**
 * Sends conversations to a target whose version changes. A tenant's endpoint takes a message that came before a deployment only after it,
 * so sagas of each version are in flight when another one is deployed.
 */
export async function startTraffic(target: Target, { deployments, conversations, arrivals }: Extent): Promise<Traffic> {
  let deployed = 0
  let isDeploying = false
  let deployingMs = 0
  /** For each message, the number of deployments after which it is taken. */
  const takenAfter = new Map<string, number>()
  const isRefused = (after: number) => after > deployed
  const receiver = await startReceiver(({ headers }) => {
    const id = String(headers['webhook-id'])
    const after = takenAfter.get(id) ?? (isDeploying ? deployed : Math.min(deployed + 1, deployments))
    takenAfter.set(id, after)
    return isRefused(after) ? 503 : 204
  })
  for (const tenant of trafficTenants) {
    const body = { url: receiver.url, events: ['ticket.opened'] }
    const put = await caller(target, tenant, 'root', 'admin').send('PUT', '/webhooks/crm', body)
    expect(put.status, put.text).toBe(201)
  }
  let waves = 0
  const runs: LoadRun[] = []
  const wave = conversations.map((conversation, index) => {
    return { ...conversation, tenant: trafficTenants[index % trafficTenants.length] ?? '' }
  })
  const send = async () => {
    // Without reads: what they see is judged on the embedded stack, where nothing else slows them down.
    const sent = await sendConversations(target, wave, { copies, run: `wave-${waves++}`, arrivals, readShare: 0 })
    runs.push(sent)
    return sent.results
  }
  return {
    async send() {
      await send()
    },
    async untilInFlight() {
      const refused = () => [...takenAfter.values()].filter(isRefused).length
      await expect.poll(refused, { timeout: 180_000, interval: 100 }).toBeGreaterThan(0)
    },
    async during(deploy) {
      const beganAtMs = Date.now()
      let overAtMs: number | undefined
      isDeploying = true
      const deployment = deploy().finally(() => {
        overAtMs = Date.now()
        deployingMs += overAtMs - beganAtMs
        isDeploying = false
        deployed++
      })
      deployment.catch(() => {})
      const results: RequestResult[] = []
      do results.push(...(await send()))
      while (overAtMs === undefined)
      await deployment
      return { beganAtMs, overAtMs, results }
    },
    async untilCaughtUp() {
      const opened = merged(runs).results.filter(({ request, body }) => request.operation === 'POST /tickets' && body)
      const started = async () => (await webhookSagas(target, trafficTenants)).length
      await expect.poll(started, { timeout: 180_000, interval: 1_000 }).toBe(opened.length)
    },
    async judge() {
      const all = merged(runs)
      const run = (await readTargetKind(target)) === 'localstack' ? withUnseenCalls(all) : all
      // A message that was refused all the time is sent again after at most as long again.
      const verdict = await expectVerdict(target, run, copies, stallMsDefault + 2 * deployingMs)
      expect(verdict, JSON.stringify(verdict)).toMatchObject({ ok: true, effects: run.results.length })
      const unfinished = (await webhookSagas(target, trafficTenants)).filter(({ state }) => state !== 'completed')
      expect(unfinished).toEqual([])
    },
    stop: receiver.stop,
  }
}

/**
 * LocalStack's gateway calls a function again when its environment is replaced meanwhile. The first call may have taken effect, and nobody
 * has seen its answer: then every answer says that it is a repetition (docs/targets.md).
 */
function withUnseenCalls(run: LoadRun): LoadRun {
  const results = run.results.map((result): RequestResult => {
    const successes = result.attempts.filter(isSuccess)
    const [first] = successes
    if (!first || !successes.every(({ replayed }) => replayed)) return result
    const { key, copy, startedAtMs, latencyMs } = first
    return { ...result, attempts: [{ key, copy, startedAtMs, latencyMs, outcome: 'lost' }, ...result.attempts] }
  })
  return { ...run, results }
}

/** Several runs as one, whose latencies nobody looks at. */
function merged(runs: readonly LoadRun[]): LoadRun {
  const [first] = runs
  if (!first) throw new Error('nothing was sent')
  return {
    ...first,
    attempts: runs.reduce((sum, { attempts }) => sum + attempts, 0),
    results: runs.flatMap(({ results }) => results),
    reads: runs.flatMap(({ reads }) => reads),
  }
}
