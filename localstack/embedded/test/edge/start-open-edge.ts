import { type Edge, type EdgeOptions, startEdge } from '../../edge/start-edge.ts'

/** An edge for tests of one service, on a free port unless one is given: every caller is the developer, so nothing is denied. */
export function startOpenEdge(
  options: Pick<EdgeOptions, 'services' | 'log'> & Partial<Pick<EdgeOptions, 'port' | 'now'>>,
): Promise<Edge> {
  return startEdge({
    port: 0,
    localRoot: '/_embedded-aws/',
    identify: () => ({ kind: 'developer' }),
    secretOf: () => undefined,
    access: { keyNames: () => undefined },
    ...options,
  })
}
