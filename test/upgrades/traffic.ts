import { expect } from 'vitest'
import type { LoadRun } from '../../proof/load/run-load.ts'
import { scanAll } from '../../proof/scan.ts'
import type { Target } from '../../proof/target.ts'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { expectVerdict, sendConversations } from '../e2e/judged-load.ts'
import { caller } from '../e2e/running-stack.ts'
import { startReceiver } from '../e2e/webhook-receiver.ts'
import { conversations } from '../fixtures/conversations.ts'
import { addedAttribute, addedStep, addedSubscriber } from './next-version.ts'

const copies = 2
const tenants = ['shop-0', 'shop-1', 'shop-2', 'shop-3']

export interface Deployments {
  upgrade(): Promise<void>
  back(): Promise<void>
  /** How many conversations are sent at a time. */
  conversationsMax: number
}

export interface Traffic {
  run: LoadRun
  /** When the next version was deployed, and when the one before was again: epoch milliseconds. */
  upgradedAtMs: number
  backAtMs: number
}

/**
 * Sends conversations before, during and after two deployments: of the next version, and of the one before again. A tenant's endpoint
 * takes a message only after the deployment that follows it, so sagas of both versions are in flight when the other one is deployed.
 */
export async function trafficOver(target: Target, { upgrade, back, conversationsMax }: Deployments): Promise<Traffic> {
  let deployed = 0
  const firstSeen = new Map<string, number>()
  const receiver = await startReceiver(({ headers }) => {
    const id = String(headers['webhook-id'])
    const seen = firstSeen.get(id) ?? deployed
    firstSeen.set(id, seen)
    return seen === deployed && deployed < 2 ? 503 : 204
  })
  const runs: LoadRun[] = []
  const send = async () => {
    const run = `wave-${runs.length}`
    runs.push(await sendConversations(target, conversations(conversationsMax), { copies, run }))
  }
  const sendDuring = async (deployment: Promise<void>) => {
    let isOver = false
    const ended = deployment.finally(() => {
      isOver = true
      deployed++
    })
    ended.catch(() => {})
    do await send()
    while (!isOver)
    await ended
    return Date.now()
  }
  try {
    for (const tenant of tenants) {
      const body = { url: receiver.url, events: ['ticket.opened'] }
      const put = await caller(target, tenant, 'root', 'admin').send('PUT', '/webhooks/crm', body)
      expect(put.status, put.text).toBe(201)
    }
    await send()
    const upgradedAtMs = await sendDuring(upgrade())
    await send()
    const backAtMs = await sendDuring(back())
    await send()
    const run = merged(runs)
    // The receiver takes what is still to come.
    expect(await expectVerdict(target, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
    return { run, upgradedAtMs, backAtMs }
  } finally {
    await receiver.stop()
  }
}

/** Several runs as one, whose latencies nobody looks at. */
function merged(runs: readonly LoadRun[]): LoadRun {
  const [first, ...others] = runs
  if (!first) throw new Error('nothing was sent')
  return { ...first, results: [first, ...others].flatMap(({ results }) => results) }
}

/** Expects that both versions did their part, and that no saga changed over to the other version. */
export async function expectNothingLost(target: Target, { upgradedAtMs, backAtMs }: Traffic): Promise<void> {
  expect((await scanAll(target.store, 'Tickets')).filter((row) => addedAttribute in row).length).toBeGreaterThan(0)
  const checkpoints = (await scanAll(target.store, 'Receipts')).filter(({ pk, sk }) =>
    `${pk} ${sk}`.includes(addedSubscriber),
  )
  expect(checkpoints.length).toBeGreaterThan(0)

  const sagas = (await scanAll(target.store, 'Sagas')).map(parseSaga).filter(({ name }) => name === 'webhook')
  const [withStep, without] = [sagas.filter(hasAddedStep), sagas.filter((saga) => !hasAddedStep(saga))]
  const startedAndEnded = ({ startedAt, endedAt = '' }: SagaRecord) =>
    [Date.parse(startedAt), Date.parse(endedAt)] as const
  const across = (moment: number) => (saga: SagaRecord) => {
    const [started, ended] = startedAndEnded(saga)
    return started < moment && ended > moment
  }
  expect(sagas.filter(({ state }) => state !== 'completed')).toEqual([])
  expect(without.filter(across(upgradedAtMs)).length).toBeGreaterThan(0)
  expect(withStep.filter(across(backAtMs)).length).toBeGreaterThan(0)
  // What was in flight when a version was deployed kept the other one's steps.
  expect(withStep.filter((saga) => startedAndEnded(saga)[1] < upgradedAtMs)).toEqual([])
  for (const { tenant, aggregate, id } of [...withStep.slice(0, 3), ...without.slice(0, 3)]) {
    const admin = caller(target, tenant, 'root', 'admin')
    expect((await admin.get(`/sagas/${id}`)).body.state).toBe('completed')
    expect((await admin.get(`/tickets/${aggregate.id}/sagas`)).status).toBe(200)
    expect((await admin.get(`/tickets/${aggregate.id}`)).status).toBe(200)
  }
}

function hasAddedStep({ timeline }: SagaRecord): boolean {
  return timeline.some(({ step }) => step === addedStep)
}
