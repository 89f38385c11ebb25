import type { ConsumerDeps } from '../../app/consume/consumer.ts'
import { type HttpFunctionName, httpFunctions } from '../../app/functions.ts'
import { holdEverything, releaseEverything } from '../../app/hold-everything.ts'
import { changeStage } from '../../app/migrate/change-stage.ts'
import { readStages } from '../../app/migrate/stage-reader.ts'
import { holdCommand, migrateCommand, type RecordedWork } from '../../proof/portfolio/recorded-work.ts'
import { backgroundCases } from '../promises/background-cases.ts'
import { grownStore } from '../promises/grown-store.ts'
import { drifts } from '../reconcile/planted-drift.ts'
import { ReconciledSystem } from '../reconcile/reconciled-system.ts'
import { callEveryEndpoint } from './endpoint-calls.ts'
import { otherWork, sizes } from './other-work.ts'
import { Recorder } from './recorder.ts'

/** Runs every endpoint and every function in the background in memory, and returns what each reads and writes. */
export async function recordEveryWork(): Promise<RecordedWork[]> {
  const recorder = new Recorder()
  await callEveryEndpoint(recorder, ({ operation }) => functionOf(operation))
  for (const [name, cases] of Object.entries(backgroundCases))
    for (const { prepare } of cases)
      await recorder.record(name, await prepare(recorder.through(await grownStore(sizes)), sizes))
  for (const [name, prepare] of otherWork)
    await recorder.record(name, await prepare((store) => recorder.through(store)))
  const system = await ReconciledSystem.create()
  for (const { outcome, plant } of Object.values(drifts)) if (outcome === 'healed') await plant(system)
  await recorder.record('reconcile-data', () => system.reconcile({}, recorder.through(system.store)))
  await recorder.record(migrateCommand, () =>
    haltAndResume({ ...system.deps(), store: recorder.through(system.store) }),
  )
  await recorder.record(holdCommand, () => holdAndRelease({ ...system.deps(), store: recorder.through(system.store) }))
  return recorder.recorded()
}

async function holdAndRelease(deps: ConsumerDeps): Promise<void> {
  await holdEverything(deps, { operator: 'root', reason: 'a rehearsal' })
  await releaseEverything(deps, { operator: 'root' })
}

/** Each order of an operator about a migration writes the same rows. */
async function haltAndResume(deps: ConsumerDeps): Promise<void> {
  for (const action of ['halt', 'resume'] as const) {
    const order = { migration: 'priority-scale', action, operator: 'root', why: 'a rehearsal' }
    await changeStage(deps, await readStages(deps.store), order, 'expand')
  }
}

function functionOf(operation: string): string {
  const names = Object.keys(httpFunctions) as HttpFunctionName[]
  const found = names.find((name) => httpFunctions[name].route === operation)
  if (!found) throw new Error(`no function has the route ${operation}`)
  return found
}
