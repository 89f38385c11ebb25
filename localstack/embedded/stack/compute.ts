import { versionsByContent } from '../code-versions.ts'
import { createMeter, type Meter } from '../dynamodb/meter.ts'
import { createEventFeed, type EventFeed } from '../events/event-feed.ts'
import { createFaults, type Faults } from '../faults/faults.ts'
import type { KeyNames } from '../faults/half-applied.ts'
import { deployFunctions } from '../functions.ts'
import { noLimitMs } from '../lambda/inspector.ts'
import { createLambdaPool, type LambdaPool, type LambdaPoolOptions } from '../lambda/lambda-pool.ts'
import { checkAccess } from '../template/check-access.ts'
import type { Kind } from '../template/kind.ts'
import { type LoadOptions, loadModel } from '../template/load.ts'
import type { StackModel } from '../template/model.ts'
import type { Start } from './start.ts'

/** The functions, and what observes and disturbs them. */
export interface Compute {
  pool: LambdaPool
  faults: Faults
  feed: EventFeed
  meter: Meter
  model: StackModel
  /** How the model was read, for a later assembly of the same app. */
  loading: Required<Pick<LoadOptions, 'parameters' | 'endpointUrl' | 'events' | 'kinds'>>
  /** The limit of an invocation or a request; undefined for the function's or the API's own. */
  timeLimitMs: number | undefined
}

/** Reads the model and deploys its functions. `keyNames` is called once DynamoDB runs. */
export async function startCompute(start: Start, keyNames: KeyNames): Promise<Compute> {
  const { dataDir, endpointUrl, log, closing, extensions } = start
  const roles = new Map<string, string>()
  const meter = createMeter()
  const faults = createFaults({
    log,
    meter,
    functionOf: (roleName) => roles.get(roleName),
    keyNames,
    crash: (functionName, environment) => pool.crash(functionName, environment),
    killStack: () => process.kill(process.pid, 'SIGKILL'),
  })
  closing.add('faults', faults.stop)
  const feed = createEventFeed(extensions, log)
  if (start.onEvent) feed.listen(start.onEvent)
  const timeLimitMs = start.withoutTimeLimits ? noLimitMs : undefined
  const pool: LambdaPool = createLambdaPool({
    dataDir,
    endpointUrl,
    log,
    around: feed.around(aroundInvocation(start, faults)),
    outgoing: faults.outgoing,
    timeLimitMs,
    ...start.workers,
  })
  closing.add('pool', pool.stop)
  const loading = await loadingOf(start)
  const model = loadModel({ ...loading, assemblyDir: start.assemblyDir, functionVersion: versionsByContent(pool) })
  checkAccess(model)
  for (const extension of extensions) extension.check?.(model)
  deployFunctions(pool, model)
  for (const { name, roleName } of model.functions) roles.set(roleName, name)
  return { pool, faults, feed, meter, model, loading, timeLimitMs }
}

function aroundInvocation(start: Start, faults: Faults): NonNullable<LambdaPoolOptions['around']> {
  const { aroundInvocation: around = (_, run) => run() } = start
  return (invocation, run) => around(invocation, () => faults.around(invocation, run))
}

async function loadingOf({ dataDir, endpointUrl, extensions, parameters }: Start): Promise<Compute['loading']> {
  const kinds: Record<string, Kind> = Object.assign({}, ...extensions.map(({ kinds }) => kinds))
  return {
    parameters: (await parameters?.(dataDir)) ?? {},
    endpointUrl,
    events: extensions.flatMap(({ events = [] }) => events),
    kinds,
  }
}
