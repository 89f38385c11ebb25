import { toBlockedAggregate } from '../../app/http/blocked-resource.ts'
import { redriveBlocked } from '../../functions/redrive-blocked/redrive-blocked.ts'
import { requestResumption } from '../../functions/request-resumption/request-resumption.ts'
import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import { runSagaNowEndpoint } from '../../functions/run-saga-now/run-saga-now.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { people } from './people.ts'
import { type RequestDeps, type SimulatedRequest, sendOnce } from './requests.ts'

export interface OperatorDeps extends RequestDeps {
  rows: (table: TableName) => ReadonlyMap<string, Row>
  redrive: () => void
  isOver: () => boolean
  /** Which form of the attachment saga is deployed. */
  isScanned: boolean
}

const lookEveryMs = 20 * 60_000

/**
 * Starts the person who looks after the system from time to time: redrives dead letters and blocked aggregates, resumes parked sagas, one
 * by one or all of a tenant, and runs those now that wait for a retry. Some requests are sent twice at once.
 */
export function startOperator(deps: OperatorDeps): void {
  const { simulation, rows, redrive, isOver } = deps
  const draws = simulation.draws.of('operator')
  const runNowEndpoint = runSagaNowEndpoint(deps)
  let looks = 0
  let number = 0
  const send = (tenant: string, request: Omit<SimulatedRequest, 'by'>) => {
    const name = `operator, request ${++number}`
    for (let copy = 0; copy < draws.integer(1, 2, number, 1); copy++)
      simulation.start(async () => {
        await sendOnce(deps, name, { by: { tenant, actor: people.ada }, ...request }, copy)
      })
  }
  const look = () =>
    simulation.scheduler.after(lookEveryMs, () => {
      if (isOver()) return
      look()
      redrive()
      const sagas = [...rows('Sagas').values()].map(parseSaga)
      const parked = sagas.filter(({ state }) => state === 'parked')
      if (draws.number(++looks) < 0.5) parked.forEach(resumeOne)
      else new Set(parked.map(({ tenant }) => tenant)).forEach(resumeAll)
      sagas.filter(isBetweenAttempts).forEach(runNow)
      for (const row of rows('Receipts').values()) if (row.blockedAt !== undefined) redriveOne(row)
    })
  const resumeOne = ({ id, tenant, parking }: SagaRecord) =>
    send(tenant, {
      endpoint: resumeSaga,
      key: `resume-${parking?.id}`,
      params: { sagaId: id },
      body: { parkingId: parking?.id },
    })
  const resumeAll = (tenant: string) =>
    send(tenant, {
      endpoint: requestResumption,
      key: `resume-all-${looks}`,
      body: { filter: {} },
    })
  const runNow = ({ id, tenant, generation }: SagaRecord) =>
    send(tenant, {
      endpoint: runNowEndpoint,
      key: `run-${id}-${generation}`,
      params: { sagaId: id },
      body: { generation },
    })
  const redriveOne = (row: Row) => {
    const { id } = toBlockedAggregate(parseCheckpoint(row))
    send(String(row.tenant), {
      endpoint: redriveBlocked,
      key: `redrive-${looks}-${id}`,
      params: { blockedId: id },
    })
  }
  look()
}

function isBetweenAttempts({ state, task, resumption, timeline }: SagaRecord): boolean {
  return state === 'running' && !task && !resumption && timeline.at(-1)?.outcome === 'failed'
}
