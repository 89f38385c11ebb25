import { putHold } from '../../functions/put-hold/put-hold.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { people } from './people.ts'
import { type RequestDeps, type SimulatedRequest, sendOnce } from './requests.ts'

export interface HolderDeps extends RequestDeps {
  rows: (table: TableName) => ReadonlyMap<string, Row>
}

const untilFirstMsMax = 60_000
const heldMsMax = 20 * 60_000

/** Longer than a lost request can still take effect. */
const betweenLooksMs = 120_000

/**
 * Starts an admin in each tenant, who holds what sagas call and releases it at random times, with copies of both requests. In the end,
 * everything is released, however often that takes.
 */
export function startHolders(
  deps: HolderDeps,
  { tenants, webhooks }: { tenants: readonly string[]; webhooks: readonly string[] },
): void {
  const dependencies = ['mail', 'scanner', ...webhooks.map((name) => `webhook:${name}`)]
  for (const tenant of tenants) startHolder(deps, tenant, dependencies)
}

function startHolder({ rows, ...deps }: HolderDeps, tenant: string, dependencies: readonly string[]): void {
  const { simulation } = deps
  const { scheduler } = simulation
  const draws = simulation.draws.of(`holder of ${tenant}`)
  let number = 0
  const send = (endpoint: SimulatedRequest['endpoint'], dependency: string, copies = 1) => {
    const name = `holder of ${tenant}, request ${++number}`
    const request = {
      by: { tenant, actor: people.ada },
      endpoint,
      key: `${dependency}-${number}`,
      params: { dependency },
      ...(endpoint === putHold && { body: {} }),
    }
    return Promise.all(
      Array.from({ length: copies }, (_, copy) => sendOnce(deps, `${name}, copy ${copy}`, request, copy)),
    )
  }
  const heldNow = () =>
    [...rows('Tickets').values()]
      .filter(({ sk, tenant: owner }) => sk === 'HOLDS' && owner === tenant)
      .flatMap(({ holds }) => (holds as { dependency: string }[]).map(({ dependency }) => dependency))
  dependencies.forEach((dependency, index) => {
    simulation.start(async () => {
      for (let round = 0; round < draws.integer(1, 2, index); round++) {
        await scheduler.sleep(draws.number(index, 10 + round) * draws.pick([200, untilFirstMsMax], index, 20 + round))
        await send(putHold, dependency, draws.integer(1, 2, index, 30 + round))
        await scheduler.sleep(draws.number(index, 40 + round) * draws.pick([2_000, heldMsMax], index, 50 + round))
        await send(releaseHold, dependency, draws.integer(1, 2, index, 60 + round))
      }
      for (let free = 0; free < 2; await scheduler.sleep(betweenLooksMs)) {
        free = heldNow().includes(dependency) ? 0 : free + 1
        if (free === 0) await send(releaseHold, dependency)
      }
    })
  })
}
