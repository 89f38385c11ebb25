import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import type { LocalHandler } from '../edge/local-routes.ts'
import type { Log } from '../ports.ts'
import type { FaultBook } from './fault-book.ts'
import { FaultRule } from './rule.ts'

/** Far more than a rule needs. */
const bodyBytesMax = 64 * 1024

/** `GET` and `DELETE faults`, `POST` a rule there, `DELETE faults/NAME`. JSON in and out. */
export function serveFaults(book: FaultBook, log: Log): LocalHandler {
  async function add(request: IncomingMessage, response: ServerResponse) {
    const body = await readJson(request)
    if (body === undefined) return send(response, 422, { error: 'the body is not JSON, or has more than 64 KB' })
    const parsed = FaultRule.safeParse(body)
    if (!parsed.success) return send(response, 422, { error: z.prettifyError(parsed.error) })
    const rule = parsed.data
    if (!book.add(rule))
      return send(response, 409, {
        error: `a fault named ${rule.name} already exists: delete it first or choose another name`,
      })
    log.info(`fault ${rule.name} added: ${rule.fault.do} at each ${rule.at} ${JSON.stringify(rule.where)}`)
    send(response, 201, { ...rule, matched: 0, fired: 0 })
  }

  return async (request, response, { pathname }) => {
    const name = decodeURIComponent(/\/faults\/(.+)$/.exec(pathname)?.[1] ?? '')
    const found = name ? book.list().filter((rule) => rule.name === name) : book.list()
    if (name && found.length === 0) return send(response, 404, { error: `no fault is named ${name}` })
    switch (request.method) {
      case 'GET':
        return send(response, 200, name ? found[0] : { rules: found })
      case 'POST':
        return name
          ? send(response, 405, { error: 'POST a rule to faults, without a name in the path' })
          : add(request, response)
      case 'DELETE':
        if (name) book.remove(name)
        else book.clear()
        for (const rule of found)
          log.info(`fault ${rule.name} removed: matched ${rule.matched} times, fired ${rule.fired} times`)
        return send(response, 200, name ? found[0] : { rules: found })
      default:
        send(response, 405, { error: 'method not allowed: use GET, POST or DELETE' })
    }
  }
}

/** Undefined for a body that is not JSON or too large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  try {
    return bytes > bodyBytesMax ? undefined : JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(value)}\n`)
}
