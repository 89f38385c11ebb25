import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from '../../proof/outcomes/fault-injector.ts'

/** Endpoints on this machine, one for each tenant, and what goes wrong at them. */
export interface Endpoints {
  url(tenant: string): string
  /** Says that it is gone, to whatever comes. */
  remove(tenant: string): void
  /** From now on, `times` times or until it is mended. */
  inject(tenant: string, fault: Fault, times: number): void
  /** Answers how often it struck, and lets go of what it held. */
  mend(tenant: string): number
  stop(): Promise<void>
}

interface Trouble {
  fault: Fault
  left: number
  struck: number
  held: (() => void)[]
}

export async function openEndpoints(): Promise<Endpoints> {
  const gone = new Set<string>()
  const troubles = new Map<string, Trouble>()
  const server = http.createServer((request, response) => {
    const tenant = (request.url ?? '').slice(1)
    const answer = () => response.writeHead(gone.has(tenant) ? 410 : 204).end()
    request.resume().once('end', () => {
      const trouble = troubles.get(tenant)
      if (!trouble || trouble.left === 0) return answer()
      trouble.left--
      trouble.struck++
      if (trouble.fault === 'error') response.writeHead(503).end()
      // The message has arrived either way: what is lost is the answer, and an endpoint that is not waited for takes it late.
      else if (trouble.fault === 'answer lost') request.socket.destroy()
      else trouble.held.push(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (tenant) => `http://127.0.0.1:${port}/${tenant}`,
    remove: (tenant) => void gone.add(tenant),
    inject: (tenant, fault, times) => void troubles.set(tenant, { fault, left: times, struck: 0, held: [] }),
    mend(tenant) {
      const trouble = troubles.get(tenant)
      troubles.delete(tenant)
      for (const answer of trouble?.held ?? []) answer()
      return trouble?.struck ?? 0
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
