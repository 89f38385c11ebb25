import type { IncomingMessage, ServerResponse } from 'node:http'

export type LocalHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>

/** Pages and data of the embedded stack itself, under `/_steadfast/`, for this machine only. */
export interface LocalRoutes {
  /** `path` follows `/_steadfast/`; one that ends in `/` also serves what is below it. Throws when it is taken. */
  add(path: string, handler: LocalHandler): void
  find(pathname: string): LocalHandler | undefined
}

const root = '/_steadfast/'

export function localRoutes(): LocalRoutes {
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
  }
}

export function isLocalPath(pathname: string): boolean {
  return pathname.startsWith(root)
}
