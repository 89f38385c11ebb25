import type { IncomingMessage, ServerResponse } from 'node:http'
import { consoleHeaders } from '../../../console/policy.ts'

/** Headers of everything that the console answers. Nothing of it is kept by a browser, files included: they change with their sources. */
export function secured(response: ServerResponse): void {
  for (const [name, value] of Object.entries(consoleHeaders)) response.setHeader(name, value)
  response.setHeader('Cache-Control', 'no-store')
}

/**
 * Whether the console's own page asks, or somebody who typed the address, or a program. The edge refuses other hosts and other sites; a
 * page on another port of this machine is of the same site, and gets nothing here either (Fetch Metadata, `Sec-Fetch-Site`).
 */
export function isOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return headers.origin === undefined || headers.origin === `http://${headers.host}`
}

export function sendJson(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(content)}\n`)
}
