import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EventListener, LocalHandler, RowListener } from 'embedded-aws/extension'
import { consolePages } from '../../localstack/steadfast/console/console.ts'
import type { ConsoleSources } from '../../localstack/steadfast/console/sources.ts'

/** The console behind a server of its own, with canned sources. */
export async function startStubConsole(sources: Partial<ConsoleSources> = {}) {
  const listeners = new Set<EventListener>()
  const rowListeners = new Set<RowListener>()
  let handler: LocalHandler = () => {}
  const asked: unknown[] = []
  const extension = consolePages({
    depths: async () => ({ outbox: 0, queues: [], liveSagas: 0 }),
    promises: async () => ({ checkedAt: new Date().toISOString(), ms: 1, invariants: [], sagas: {} }),
    timelines: async (query) => void asked.push(query),
    row: async (ref) => void asked.push(ref),
    rowChanges: async (recorded) => void asked.push(recorded),
    saga: async (ref) => void asked.push(ref),
    async operate(request) {
      asked.push(request)
      return { status: 200, isReplayed: true, text: '{}' }
    },
    doubleClick: async (copies) => ({
      key: 'k',
      answers: Array(copies).fill({ status: 201, replayed: false }),
      isSameBytes: true,
    }),
    rows: async (query) => void asked.push(query),
    replay: async (query) => void asked.push(query),
    scenarios: async () => [],
    load: () => ({ ended: Promise.resolve(), stop: async () => {} }),
    play: () => ({ ended: Promise.resolve(), go() {}, stop: async () => {} }),
    rest() {},
    stop: async () => {},
    ...sources,
  })
  extension.start?.({
    addPage: (_path: string, serve: LocalHandler) => {
      handler = serve
    },
    onEvent: (listen: EventListener) => {
      listeners.add(listen)
      return () => void listeners.delete(listen)
    },
    faultRules: () => [],
    outputs: { SagasTable: 'steadfast-Sagas' },
    onRowChange(_tables: readonly string[], listen: RowListener) {
      rowListeners.add(listen)
      return () => void rowListeners.delete(listen)
    },
    log: { info() {}, warn() {} },
  } as never)
  const server = createServer((request, response) => {
    void handler(request, response, new URL(request.url ?? '/', 'http://127.0.0.1'))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    await extension.stop?.()
    server.closeAllConnections()
    server.close()
  }
  return { port, address: `http://127.0.0.1:${port}/_steadfast/console/`, listeners, rowListeners, asked, stop }
}
