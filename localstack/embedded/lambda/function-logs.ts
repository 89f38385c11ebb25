import { mkdirSync } from 'node:fs'
import { appendFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** What functions print: a file per function that people can follow, and the last lines in memory. */
export interface FunctionLogs {
  write(functionName: string, line: string): void
  /** The last lines, oldest first. */
  recent(functionName: string): string[]
  /** Resolves when everything is written. */
  close(): Promise<void>
}

/** The size at which a log file is replaced. A function keeps one older file beside it. */
const fileBytesMax = 4 * 1024 * 1024
const recentLinesMax = 500
const gatherMs = 50

interface FunctionLog {
  recent: string[]
  unwritten: string[]
  /** Set while the unwritten lines are being written. */
  writing: Promise<void> | undefined
  /** Size of the file; unknown until it is written to for the first time. */
  bytes: number | undefined
}

export function openFunctionLogs(
  folder: string,
  { bytesMax = fileBytesMax, linesMax = recentLinesMax } = {},
): FunctionLogs {
  mkdirSync(folder, { recursive: true })
  const logs = new Map<string, FunctionLog>()

  async function flush(file: string, log: FunctionLog): Promise<void> {
    try {
      // Opening a file costs more than writing a line: those that come together are written together.
      await setTimeout(gatherMs)
      log.bytes ??= await sizeOf(file)
      while (log.unwritten.length > 0) await writeChunk(file, log, log.bytes)
    } catch {
      // A full disk must not stop the stack; the last lines are still in memory.
      log.unwritten = []
    } finally {
      log.writing = undefined
    }
  }

  async function writeChunk(file: string, log: FunctionLog, bytes: number): Promise<void> {
    let text = ''
    do text += `${log.unwritten.shift()}\n`
    while (log.unwritten.length > 0 && bytes + text.length < bytesMax)
    await appendFile(file, text)
    log.bytes = bytes + Buffer.byteLength(text)
    if (log.bytes < bytesMax) return
    await rename(file, `${file}.1`)
    log.bytes = 0
  }

  return {
    write(functionName, line) {
      const log = logs.get(functionName) ?? { recent: [], unwritten: [], writing: undefined, bytes: undefined }
      logs.set(functionName, log)
      log.recent.push(line)
      if (log.recent.length > linesMax) log.recent.shift()
      log.unwritten.push(line)
      log.writing ??= flush(join(folder, `${functionName}.log`), log)
    },
    recent: (functionName) => [...(logs.get(functionName)?.recent ?? [])],
    async close() {
      await Promise.all([...logs.values()].map(({ writing }) => writing))
    },
  }
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined)
  return found?.size ?? 0
}
