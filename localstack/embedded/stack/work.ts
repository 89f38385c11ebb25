import type { LocalRoutes } from '../edge/local-routes.ts'
import { startMappings } from '../event-source-mappings.ts'
import { type ExtensionHost, isAllowedIn, readObjectIn } from '../extension.ts'
import type { Outputs } from '../outputs.ts'
import { type Schedules, startSchedules } from '../schedules/schedules.ts'
import type { Compute } from './compute.ts'
import type { Services } from './services.ts'
import type { Start } from './start.ts'

/** What extensions find and add to. */
interface Surface {
  outputs: Outputs
  routes: LocalRoutes
}

/** Lets go on what was stored: executions and asynchronous invocations first, then extensions, messages, streams and schedules. */
export function startWork(start: Start, compute: Compute, services: Services, surface: Surface): Schedules {
  const { closing, extensions, log, wakeups } = start
  const { pool, feed, model } = compute
  const { stepFunctions, dynamoDb, queues, checkpoints, invokeLater, resumeInvocations } = services
  const { invoke } = pool
  stepFunctions.start()
  resumeInvocations()
  closing.add('extensions', () => Promise.all(extensions.map((extension) => extension.stop?.())))
  const host = hostOf(start, compute, services, surface)
  for (const extension of extensions) extension.start?.(host)
  const tools = { queues: queues.service, invoke, wakeups, checkpoints, log, onMessage: feed.message }
  const sources = startMappings(model.eventSourceMappings, tools, { dynamoDb, queues })
  closing.add('sources', () => Promise.all(sources.map((source) => source.stop())))
  const schedules = startSchedules({ rules: model.schedules, invoke, invokeLater, log })
  closing.add('schedules', schedules.stop)
  return schedules
}

function hostOf(
  { log }: Start,
  { pool, feed, faults, model }: Compute,
  { mail, objects, dynamoDb, putEvent, onObject }: Services,
  { outputs, routes }: Surface,
): ExtensionHost {
  return {
    outputs,
    mail,
    invoke: pool.invoke,
    log,
    putEvent,
    readObject: readObjectIn(objects),
    objectKeys: objects.keysUnder,
    onObject,
    onEvent: feed.listen,
    onRowChange: dynamoDb.onRowChange,
    faultRules: faults.book.list,
    addPage: routes.add,
    isAllowed: isAllowedIn(model),
  }
}
