import type { ServerResponse } from 'node:http'
import type { Batch, Messages } from '../../../console/wire.ts'

/** Where the events of a batch come from. */
export interface Source {
  /** Names this run of numbers: positions of another one say nothing here. */
  run: string
  head(): number
  reaches(position: number): boolean
  after(position: number, eventsMax: number): Batch | undefined
}

/** The viewers that read the stream of server-sent events (HTML Living Standard, "Server-sent events"). */
export interface Viewers {
  count(): number
  /** Begins to answer. `lastEventId` is what a browser sends when it comes back. */
  add(response: ServerResponse, source: Source, lastEventId: string | undefined): void
  /**
   * Tells everybody; a reader that has not taken the one before gets only the newest of each name. A later viewer gets it,
   * too, or what there is for newcomers.
   */
  tell<Name extends Exclude<keyof Messages, 'batch' | 'reset'>>(
    name: Name,
    content: Messages[Name],
    forNewcomers?: Messages[Name],
  ): void
  /** Sends what waits to each reader that has taken what it was sent before. */
  flush(source: Source): void
  /** Forgets what was told. */
  forget(): void
  /** Ends all answers. */
  stop(): void
}

interface Viewer {
  response: ServerResponse
  position: number
  waiting: Map<string, string>
  stuckFlushes: number
}

/** More would not be read one by one anyway. */
const eventsPerFlushMax = 200
/** The first viewer sees a little of what was before. */
const eventsAtFirst = 50
/** Flushes after which a reader that takes nothing is disconnected: a minute. It comes back by itself. */
const stuckFlushesMax = 240
/** A flush without content in between keeps the connection from looking dead. */
const flushesPerPing = 60

export function createViewers(): Viewers {
  const viewers = new Set<Viewer>()
  /** What newcomers are told, by name; put into words when one comes. */
  const latest = new Map<string, () => string>()
  let flushes = 0

  function flushTo(viewer: Viewer, { run, after }: Source) {
    const { response, waiting } = viewer
    if (response.writableNeedDrain) {
      // Nothing is queued for a viewer that does not read: its position stays, and the totals will say what it missed.
      if (++viewer.stuckFlushes > stuckFlushesMax) response.destroy()
      return
    }
    viewer.stuckFlushes = 0
    for (const text of waiting.values()) response.write(text)
    waiting.clear()
    const batch = after(viewer.position, eventsPerFlushMax)
    if (batch) {
      viewer.position += batch.skipped + batch.events.length
      response.write(message('batch', batch, `${run}.${viewer.position}`))
    } else if (flushes % flushesPerPing === 0) response.write(':\n\n')
  }

  return {
    count: () => viewers.size,
    add(response, source, lastEventId) {
      const known = positionOf(lastEventId, source)
      const viewer: Viewer = {
        response,
        position: known ?? Math.max(0, source.head() - eventsAtFirst),
        waiting: new Map([...latest].map(([name, text]) => [name, text()])),
        stuckFlushes: 0,
      }
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
      response.write('retry: 1000\n\n')
      if (lastEventId !== undefined && known === undefined) response.write(message('reset', {}))
      viewers.add(viewer)
      response.once('close', () => viewers.delete(viewer))
      flushTo(viewer, source)
    },
    tell(name, content, forNewcomers = content) {
      const text = message(name, content)
      latest.set(name, () => (forNewcomers === content ? text : message(name, forNewcomers)))
      for (const { waiting } of viewers) waiting.set(name, text)
    },
    flush(source) {
      flushes++
      for (const viewer of viewers) flushTo(viewer, source)
    },
    forget: () => latest.clear(),
    stop() {
      for (const { response } of viewers) response.end()
    },
  }
}

/** Undefined for a new viewer, and where the events that followed are gone. */
function positionOf(lastEventId: string | undefined, { run, reaches }: Source): number | undefined {
  const [id, position = ''] = lastEventId?.split('.') ?? []
  return id === run && /^\d{1,15}$/.test(position) && reaches(Number(position)) ? Number(position) : undefined
}

/** JSON has no line breaks, which would end a field. */
function message(name: keyof Messages, content: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(content)}\n\n`
}
