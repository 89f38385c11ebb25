import { expect } from 'vitest'
import type { RequestResult } from '../../proof/load/attempt.ts'
import type { Target } from '../../proof/target.ts'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { caller } from '../e2e/running-stack.ts'
import { addedAttribute, addedStep, addedSubscriber } from './next-version.ts'

/** One deployment, and what was sent while it was under way. */
export interface Deployment {
  /** Epoch milliseconds. */
  beganAtMs: number
  overAtMs: number
  results: RequestResult[]
}

/** Expects that tickets were opened by either version during the deployment: the requests met it. */
export async function expectBothVersionsServed({ store }: Target, { results }: Deployment): Promise<void> {
  const opened = new Set(
    results.filter(({ request }) => request.operation === 'POST /tickets').map(({ body }) => String(body?.id)),
  )
  const headers = (await scanAll(store, 'Tickets')).filter(({ sk, id }) => sk === 'HEADER' && opened.has(String(id)))
  const byNext = headers.filter((row) => addedAttribute in row).length
  expect(byNext, 'tickets that the next version opened').toBeGreaterThan(0)
  expect(headers.length - byNext, 'tickets that this version opened').toBeGreaterThan(0)
}

/**
 * Expects that sagas were in flight across the way back, and across the upgrade if there was one, that each ended in its first execution
 * with the steps that it began with, and that the next version's own subscriber took part.
 */
export async function expectSagasKeptTheirVersion(
  target: Target,
  tenants: readonly string[],
  { upgrade, back }: { upgrade?: Deployment | undefined; back: Deployment },
): Promise<void> {
  const sagas = await webhookSagas(target, tenants)
  const [withStep, without] = [sagas.filter(hasAddedStep), sagas.filter((saga) => !hasAddedStep(saga))]
  if (upgrade) {
    const across = sagas.filter(isAcross(upgrade)).filter((saga) => !hasAddedStep(saga))
    expect(across.length, 'sagas in flight across the upgrade').toBeGreaterThan(0)
    expect(withStep.filter(({ startedAt }) => Date.parse(startedAt) < upgrade.beganAtMs)).toEqual([])
  }
  const across = withStep.filter(isAcross(back))
  expect(across.length, 'sagas in flight across the way back').toBeGreaterThan(0)
  // Nothing was taken over: what a saga began with is still there.
  expect(sagas.filter(({ generation }) => generation !== 1)).toEqual([])
  const checkpoints = (await scanAll(target.store, 'Receipts')).filter(({ pk, sk }) =>
    `${pk} ${sk}`.includes(addedSubscriber),
  )
  expect(checkpoints.length).toBeGreaterThan(0)
  for (const { tenant, aggregate, id } of [...withStep.slice(0, 3), ...without.slice(0, 3)]) {
    const admin = caller(target, tenant, 'root', 'admin')
    expect((await admin.get(`/sagas/${id}`)).body.state).toBe('completed')
    expect((await admin.get(`/tickets/${aggregate.id}/sagas`)).status).toBe(200)
    expect((await admin.get(`/tickets/${aggregate.id}`)).status).toBe(200)
  }
}

/** The webhook sagas of some tenants. */
export async function webhookSagas(
  { store }: Pick<Target, 'store'>,
  tenants: readonly string[],
): Promise<SagaRecord[]> {
  const sagas = (await scanAll(store, 'Sagas')).map(parseSaga)
  return sagas.filter(({ name, tenant }) => name === 'webhook' && tenants.includes(tenant))
}

function isAcross({ beganAtMs, overAtMs }: Deployment): (saga: SagaRecord) => boolean {
  return ({ startedAt, endedAt = '' }) => Date.parse(startedAt) < beganAtMs && Date.parse(endedAt) > overAtMs
}

function hasAddedStep({ timeline }: SagaRecord): boolean {
  return timeline.some(({ step }) => step === addedStep)
}
