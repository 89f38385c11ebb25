import type { IncomingMessage, ServerResponse } from 'node:http'

export type LocalHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>

/** Pages and data of the embedded stack itself, for this machine only. */
export interface LocalRoutes {
  /** `path` follows the root; one that ends in `/` also serves what is below it. Throws when it is taken. */
  add(path: string, handler: LocalHandler): void
  find(pathname: string): LocalHandler | undefined
  /** Whether the path is under the root. */
  has(pathname: string): boolean
}

/** `root` is such as `/_embedded-aws/`. */
export function localRoutes(root: string): LocalRoutes {
  const handlers = new Map<string, LocalHandler>()
  return {
    add(path, handler) {
      if (handlers.has(path)) throw new Error(`${root}${path} is already served`)
      handlers.set(path, handler)
    },
    find(pathname) {
      const path = pathname.slice(root.length)
      const below = [...handlers.keys()]
        .filter((known) => known.endsWith('/') && path.startsWith(known))
        .sort((a, b) => b.length - a.length)[0]
      return handlers.get(path) ?? handlers.get(below ?? '')
    },
    has: (pathname) => pathname.startsWith(root),
  }
}

/** Answers with a line of plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
