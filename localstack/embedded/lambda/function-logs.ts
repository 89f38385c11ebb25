import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'

/** What functions print: a file per function that people can follow, and the last lines in memory. */
export interface FunctionLogs {
  write(functionName: string, line: string): void
  /** The last lines, oldest first. */
  recent(functionName: string): string[]
  close(): Promise<void>
}

/** With one older file beside it, a function keeps at most twice this. */
const fileBytesMax = 4 * 1024 * 1024
const recentLinesMax = 500

interface OpenLog {
  stream: WriteStream
  bytes: number
  recent: string[]
}

export function openFunctionLogs(
  folder: string,
  { bytesMax = fileBytesMax, linesMax = recentLinesMax } = {},
): FunctionLogs {
  mkdirSync(folder, { recursive: true })
  const logs = new Map<string, OpenLog>()
  const ending: Promise<void>[] = []

  function open(functionName: string): OpenLog {
    const file = join(folder, `${functionName}.log`)
    // A full disk must not stop the stack; the lines are still in memory.
    const stream = createWriteStream(file, { flags: 'a' }).on('error', () => {})
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    const log = { stream, bytes, recent: logs.get(functionName)?.recent ?? [] }
    logs.set(functionName, log)
    return log
  }

  function rotate(functionName: string, full: OpenLog): OpenLog {
    ending.push(end(full.stream))
    const file = join(folder, `${functionName}.log`)
    try {
      renameSync(file, `${file}.1`)
    } catch {
      // Nothing reached the disk yet; the next file takes over.
    }
    return open(functionName)
  }

  return {
    write(functionName, line) {
      let log = logs.get(functionName) ?? open(functionName)
      const text = `${line}\n`
      if (log.bytes > 0 && log.bytes + text.length > bytesMax) log = rotate(functionName, log)
      log.bytes += text.length
      log.stream.write(text)
      log.recent.push(line)
      if (log.recent.length > linesMax) log.recent.splice(0, log.recent.length - linesMax)
    },
    recent: (functionName) => [...(logs.get(functionName)?.recent ?? [])],
    async close() {
      await Promise.all([...ending, ...[...logs.values()].map(({ stream }) => end(stream))])
      logs.clear()
    },
  }
}

async function end(stream: WriteStream): Promise<void> {
  stream.end()
  await finished(stream).catch(() => {})
}
