import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { people } from './people.ts'
import { type RequestDeps, sendOnce } from './requests.ts'

export interface OperatorDeps extends RequestDeps {
  rows: (table: TableName) => ReadonlyMap<string, Row>
  redrive: () => void
  isOver: () => boolean
}

const lookEveryMs = 20 * 60_000

/** Starts the person who looks after the system from time to time: redrives dead letters, and resumes parked sagas. */
export function startOperator(deps: OperatorDeps): void {
  const { simulation, rows, redrive, isOver } = deps
  let number = 0
  const look = () =>
    simulation.scheduler.after(lookEveryMs, () => {
      if (isOver()) return
      look()
      redrive()
      for (const { state, id, tenant, parkingId } of rows('Sagas').values()) {
        if (state !== 'parked') continue
        const name = `operator, resume ${++number}`
        const request = {
          by: { tenant: String(tenant), actor: people.ada },
          endpoint: resumeSaga,
          key: `resume-${parkingId}`,
          params: { sagaId: String(id) },
          body: { parkingId },
        }
        simulation.coverage.count('a parked saga was resumed')
        simulation.start(async () => {
          await sendOnce(deps, name, request, 0)
        })
      }
    })
  look()
}
