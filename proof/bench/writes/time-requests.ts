import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ApiResponse } from '../../../app/http/response.ts'
import type { OpenRequest, WriteMethod } from './write-method.ts'

/** How fast some requests were that `clients` sent, each the next as soon as the one before was answered. */
export interface Timing {
  latenciesMs: number[]
  perSecond: number
  /** CPU time of this process per request: of the client, the method and the AWS SDK. */
  cpuMs: number
}

export const kinds = ['first', 'duplicate'] as const
export type Kind = (typeof kinds)[number]

/** Times new requests, and then a duplicate of each. Throws when a duplicate is not answered as its first request was. */
export async function timeRequests(
  method: WriteMethod,
  clients: number,
  requests: number,
): Promise<Record<Kind, Timing>> {
  const sent = Array.from({ length: requests }, newRequest)
  const first = await time(method, clients, sent)
  const duplicate = await time(method, clients, sent)
  for (const [index, response] of first.responses.entries())
    if (!isDeepStrictEqual(duplicate.responses[index], response))
      throw new Error('a duplicate was answered with another response than the first request')
  return { first: first.timing, duplicate: duplicate.timing }
}

export const requester = { tenant: 'bench', requester: 'carla' }

/** A ticket as people write them: two sentences. */
export function newRequest(): OpenRequest {
  const title = 'My order has not arrived'
  const body = `I ordered two weeks ago, and the parcel is said to be delivered since Monday, but it is not here. ${randomUUID()}`
  return { key: randomUUID(), ...requester, payload: { title, body } }
}

async function time(method: WriteMethod, clients: number, requests: readonly OpenRequest[]) {
  const responses: ApiResponse[] = []
  const latenciesMs: number[] = []
  const waiting = requests.entries()
  const cpuBefore = process.cpuUsage()
  const startedAtMs = performance.now()
  const client = async () => {
    for (const [index, request] of waiting) {
      const sentAtMs = performance.now()
      responses[index] = await method(request)
      latenciesMs.push(performance.now() - sentAtMs)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - startedAtMs) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const timing: Timing = {
    latenciesMs,
    perSecond: requests.length / seconds,
    cpuMs: (user + system) / 1000 / requests.length,
  }
  return { responses, timing }
}
