import type { ServerResponse } from 'node:http'
import { sendJson } from './respond.ts'
import type { StartedRun } from './sources.ts'

/** A run that a page follows, at most one at a time. It lasts as long as the page listens: who leaves stops it. */
export interface StreamedRun<Run extends StartedRun, Message> {
  /** The one under way. */
  current(): Run | undefined
  /** Begins one, and answers with a line of JSON per message until it has ended. 409 while another is under way. */
  serve(response: ServerResponse, begin: (tell: (message: Message) => void) => Run): Promise<void>
  stop(): Promise<void>
}

export function createStreamedRun<Run extends StartedRun, Message>(): StreamedRun<Run, Message> {
  let run: Run | undefined
  let leaving: Promise<unknown> | undefined

  return {
    current: () => run,
    async serve(response, begin) {
      // A reloaded page need not wait for the run that this stops.
      await leaving
      // A page that has left meanwhile would never stop what begins now: its `close` is over.
      if (response.destroyed) return
      if (run) return sendJson(response, 409, { error: 'one is under way on another page: stop it there' })
      response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' })
      const begun = begin((message) => {
        // The last messages may come when the page has left.
        if (!response.destroyed) response.write(`${JSON.stringify(message)}\n`)
      })
      run = begun
      const over = begun.ended.finally(() => {
        run = undefined
        leaving = undefined
      })
      response.once('close', () => {
        if (run === begun) leaving = Promise.all([begun.stop(), over])
      })
      await over
      response.end()
    },
    async stop() {
      await run?.stop()
    },
  }
}
