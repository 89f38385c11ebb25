import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from '../../proof/outcomes/fault-injector.ts'

/** Webhook endpoints on this machine, one for each tenant, into which faults can be injected. */
export interface Endpoints {
  urlOf(tenant: string): string
  /** Lets the tenant's endpoint answer 410 from now on. */
  answerGone(tenant: string): void
  /** Injects the fault into the next `times` requests, or until it is removed. */
  inject(tenant: string, fault: Fault, times: number): void
  /** Stops the fault, answers the requests that it held, and returns how often it was injected. */
  removeFault(tenant: string): number
  stop(): Promise<void>
}

interface EndpointFault {
  fault: Fault
  timesLeft: number
  timesInjected: number
  /** Answers a held request. */
  held: (() => void)[]
}

export async function openEndpoints(): Promise<Endpoints> {
  const removed = new Set<string>()
  const faults = new Map<string, EndpointFault>()
  const server = http.createServer((request, response) => {
    const tenant = (request.url ?? '').slice(1)
    const answer = () => response.writeHead(removed.has(tenant) ? 410 : 204).end()
    request.resume().once('end', () => {
      const current = faults.get(tenant)
      if (!current || current.timesLeft === 0) return answer()
      current.timesLeft--
      current.timesInjected++
      if (current.fault === 'error') response.writeHead(503).end()
      // The endpoint has the message either way: only its answer is lost, or comes after the sender's timeout.
      else if (current.fault === 'answer lost') request.socket.destroy()
      else current.held.push(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (tenant) => `http://127.0.0.1:${port}/${tenant}`,
    answerGone: (tenant) => void removed.add(tenant),
    inject: (tenant, fault, times) => void faults.set(tenant, { fault, timesLeft: times, timesInjected: 0, held: [] }),
    removeFault(tenant) {
      const fault = faults.get(tenant)
      faults.delete(tenant)
      for (const answer of fault?.held ?? []) answer()
      return fault?.timesInjected ?? 0
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
