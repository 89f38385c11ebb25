import type { LocalRoutes } from '../edge/local-routes.ts'
import { startEdge } from '../edge/start-edge.ts'
import { createExperiments } from '../fis/experiments.ts'
import { targetsIn } from '../fis/targets.ts'
import { parseFunctionRef } from '../lambda/function-ref.ts'
import { principalOf } from '../principal-of.ts'
import { createRestApis } from '../rest-api/rest-api.ts'
import { slugOf } from '../slug.ts'
import type { Compute } from './compute.ts'
import type { Services } from './services.ts'
import type { Start } from './start.ts'

/** Opens the port on which the services, the REST APIs and the stack's own pages answer. Returns the routes of those pages. */
export async function startStackEdge(start: Start, compute: Compute, services: Services): Promise<LocalRoutes> {
  const { port, name, log, closing, interceptors = [] } = start
  const { pool, faults, feed, model, timeLimitMs } = compute
  const { dynamoDb, queues, objects, mail, stepFunctions, invokeLater } = services
  const { invoke } = pool
  const apis = createRestApis({ apis: model.restApis, invoke, log, timeLimitMs, onRequest: feed.request })
  closing.add('apis', apis.stop)
  const experiments = createExperiments({ book: faults.book, targets: targetsIn(model), log })
  closing.add('experiments', experiments.stop)
  const { routes, stop } = await startEdge({
    port,
    localRoot: `/_${slugOf(name)}/`,
    services: {
      dynamodb: dynamoDb.dynamodb,
      streams: dynamoDb.streams,
      sqs: queues.service,
      states: stepFunctions,
      fis: experiments.service,
      ses: mail.service,
      objects,
      functions: {
        invoke,
        has: (functionRef) => pool.names().includes(parseFunctionRef(functionRef).name),
        invokeLater: async (functionRef, payload) => invokeLater(functionRef, payload),
      },
    },
    restApis: apis,
    identify: (accessKeyId, sessionToken) => principalOf({ accessKeyId, sessionToken }, pool, model),
    secretOf: pool.secretOf,
    access: { keyNames: dynamoDb.keyNames, stateMachineArns: () => model.stateMachines.map(({ arn }) => arn) },
    interceptors: [...interceptors, faults.interceptor],
    log,
  })
  closing.add('edge', stop)
  for (const path of ['mail', 'mail.json']) routes.add(path, mail.serve)
  for (const path of ['faults', 'faults/']) routes.add(path, faults.serve)
  routes.add('trace', faults.serveTrace)
  return routes
}
