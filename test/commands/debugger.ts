import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapping } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A place in a source; lines count from 0. */
export interface Place {
  source: string
  lineNumber: number
}

/** A debugger as editors have one: it attaches to the process and finds the functions as worker threads of it. */
export interface DebugSession {
  /** Sets a breakpoint in a script of the worker of this title, which must run. Throws when no script is built of the source. */
  breakAt(place: Place & { worker: RegExp }): Promise<void>
  /** Where the worker stands, once it does. */
  paused(): Promise<Place>
  resume(): Promise<void>
  close(): void
}

interface Message {
  id?: number
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: unknown
}

interface Script {
  scriptId: string
  url: string
  sourceMapURL?: string
}

export async function attach(url: string): Promise<DebugSession> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const answers = new Map<string, PromiseWithResolvers<Record<string, unknown>>>()
  const workers: { sessionId: string; title: string }[] = []
  const scripts = new Map<string, Script>()
  const paused = Promise.withResolvers<{ scriptId: string; lineNumber: number; columnNumber: number }>()
  let sessionId = ''
  let ids = 0

  /** Calls a method of the process, or of a worker by its session. */
  function call(method: string, params: object = {}, session = ''): Promise<Record<string, unknown>> {
    const id = ++ids
    const answer = Promise.withResolvers<Record<string, unknown>>()
    answers.set(`${session} ${id}`, answer)
    const message = JSON.stringify({ id, method, params })
    if (session === '') socket.send(message)
    else void call('NodeWorker.sendMessageToWorker', { sessionId: session, message })
    return answer.promise
  }

  function receive({ id, method, params = {}, result = {}, error }: Message, session: string) {
    if (id !== undefined) {
      const answer = answers.get(`${session} ${id}`)
      return error ? answer?.reject(new Error(JSON.stringify(error))) : answer?.resolve(result)
    }
    if (method === 'NodeWorker.receivedMessageFromWorker')
      receive(JSON.parse(String(params.message)) as Message, String(params.sessionId))
    if (method === 'NodeWorker.attachedToWorker') {
      const { title } = params.workerInfo as { title: string }
      workers.push({ sessionId: String(params.sessionId), title })
    }
    if (session !== sessionId) return
    if (method === 'Debugger.scriptParsed') scripts.set(String(params.scriptId), params as never as Script)
    if (method === 'Debugger.paused') paused.resolve((params.callFrames as { location: never }[])[0]?.location as never)
  }
  socket.addEventListener('message', ({ data }) => receive(JSON.parse(String(data)) as Message, ''))
  await call('NodeWorker.enable', { waitForDebuggerOnStart: false })

  return {
    async breakAt({ worker, source, lineNumber }) {
      const found = workers.find(({ title }) => worker.test(title))
      if (!found) throw new Error(`no worker is called ${worker}: ${workers.map(({ title }) => title).join(', ')}`)
      sessionId = found.sessionId
      await call('Debugger.enable', {}, sessionId)
      for (const script of scripts.values()) {
        const at = builtAt(script, { source, lineNumber })
        if (!at) continue
        await call('Debugger.setBreakpoint', { location: { scriptId: script.scriptId, ...at } }, sessionId)
        return
      }
      throw new Error(`no script is built of ${source}`)
    },
    async paused() {
      const { scriptId, lineNumber, columnNumber } = await paused.promise
      const script = scripts.get(scriptId)
      const entry = script && mapOf(script)?.findEntry(lineNumber, columnNumber)
      if (!isMapped(entry)) throw new Error('it stands in a script without source map')
      return { source: fileURLToPath(entry.originalSource), lineNumber: entry.originalLine }
    },
    async resume() {
      await call('Debugger.resume', {}, sessionId)
    },
    close: () => socket.close(),
  }
}

const maps = new WeakMap<Script, SourceMap>()

function isMapped(entry: object | undefined): entry is SourceMapping {
  return entry !== undefined && 'originalSource' in entry
}

function mapOf(script: Script): SourceMap | undefined {
  if (!script.sourceMapURL || !script.url.startsWith('file:')) return undefined
  const known = maps.get(script)
  if (known) return known
  const file = join(dirname(fileURLToPath(script.url)), script.sourceMapURL)
  const map = new SourceMap(JSON.parse(readFileSync(file, 'utf8')))
  maps.set(script, map)
  return map
}

/** Where a place in a source is in the script that was built of it. */
function builtAt(
  script: Script,
  { source, lineNumber }: Place,
): { lineNumber: number; columnNumber: number } | undefined {
  const map = mapOf(script)
  if (!map) return undefined
  const lines = readFileSync(fileURLToPath(script.url), 'utf8').split('\n')
  for (const [line, text] of lines.entries()) {
    const column = text.search(/\S/)
    const entry = column < 0 ? undefined : map.findEntry(line, column)
    if (!isMapped(entry) || !entry.originalSource.startsWith('file:')) continue
    if (fileURLToPath(entry.originalSource) === source && entry.originalLine === lineNumber)
      return { lineNumber: line, columnNumber: column }
  }
  return undefined
}
