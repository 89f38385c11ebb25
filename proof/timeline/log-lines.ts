import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { clientConfig, type Target } from '../target.ts'
import type { TimelineStep } from './step.ts'

/** What functions logged under a correlation id. `sinceMs` (epoch milliseconds) bounds what CloudWatch Logs has to search. */
export async function readLogLines(
  target: Pick<Target, 'dataDir' | 'outputs' | 'edgeUrl'>,
  correlationId: string,
  sinceMs: number,
): Promise<TimelineStep[]> {
  const files = join(target.dataDir, 'logs')
  if (existsSync(files)) return fromFiles(files, correlationId)
  return fromCloudWatch(target, correlationId, sinceMs)
}

/** Where to look when nothing was logged under a correlation id. */
export function whereToLook({ dataDir }: Pick<Target, 'dataDir'>): string {
  const folder = join(dataDir, 'logs')
  return existsSync(folder)
    ? `check the id, and the data folder: ${folder} keeps the newest lines of each function`
    : 'check the id, wait a minute for CloudWatch Logs, or search further back with --hours'
}

/** The embedded stack keeps a bounded file per function, and one older file beside it. */
async function fromFiles(folder: string, correlationId: string): Promise<TimelineStep[]> {
  const names = await logFiles(folder)
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(ifMissing)
      const lines = text.split('\n').filter((line) => line.includes(correlationId))
      return lines.flatMap((line) => parseLine(line, correlationId, functionOf(name)) ?? [])
    }),
  )
  return found.flat()
}

/** What duplicates of a request logged, each under an id of its own; only where logs are files, since the search is for another's id. */
export async function readDuplicates({ dataDir }: Pick<Target, 'dataDir'>, firstId: string): Promise<TimelineStep[]> {
  const folder = join(dataDir, 'logs')
  if (!existsSync(folder)) return []
  const found: TimelineStep[] = []
  for (const name of await logFiles(folder)) {
    const text = await readFile(join(folder, name), 'utf8').catch(ifMissing)
    for (const line of text.split('\n').filter((line) => line.includes(`"firstCorrelationId":"${firstId}"`))) {
      const [, ownId = ''] = /"correlationId":"([^"]+)"/.exec(line) ?? []
      const step = parseLine(line, ownId, functionOf(name))
      if (step) found.push({ ...step, facts: { correlationId: ownId, ...step.facts } })
    }
  }
  return found
}

/** A file that is rotated while it is read is read under its other name. */
function ifMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

/**
 * The correlation ids in the files of the embedded stack that begin with this one: for the short form in which its terminal shows them.
 * The id itself where there are no such files.
 */
export async function wholeIds({ dataDir }: Pick<Target, 'dataDir'>, short: string): Promise<string[]> {
  const folder = join(dataDir, 'logs')
  if (!existsSync(folder)) return [short]
  const found = new Set<string>()
  for (const name of await logFiles(folder)) {
    const text = await readFile(join(folder, name), 'utf8').catch(ifMissing)
    for (const [, id = ''] of text.matchAll(/"correlationId":"([^"]+)"/g)) if (id.startsWith(short)) found.add(id)
  }
  return found.has(short) ? [short] : [...found]
}

const functionOf = (file: string) => file.replace(/\.log(\.1)?$/, '')

const logFiles = async (folder: string) => (await readdir(folder)).filter((name) => /\.log(\.1)?$/.test(name))

/** One log group after the other: CloudWatch Logs answers only a few searches a second. */
async function fromCloudWatch(
  { outputs, edgeUrl }: Pick<Target, 'outputs' | 'edgeUrl'>,
  correlationId: string,
  startTime: number,
): Promise<TimelineStep[]> {
  const client = new CloudWatchLogsClient({ maxAttempts: 10, ...clientConfig(edgeUrl) })
  const steps: TimelineStep[] = []
  try {
    for (const name of functionNames(outputs)) {
      const search = { logGroupName: `/aws/lambda/${name}`, filterPattern: `"${correlationId}"`, startTime }
      try {
        for await (const { events = [] } of paginateFilterLogEvents({ client }, search))
          steps.push(...events.flatMap(({ message = '' }) => parseLine(message.trim(), correlationId, name) ?? []))
      } catch (error) {
        // An emulator makes the group with the first line.
        if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error
      }
    }
  } finally {
    client.destroy()
  }
  return steps
}

/** Functions by their outputs, such as `CreateTicketFunction`. */
export function functionNames(outputs: Record<string, string>): string[] {
  return Object.entries(outputs).flatMap(([output, name]) => (output.endsWith('Function') ? [name] : []))
}

/** What Powertools adds to every line, and what the columns say already. */
const ofEveryLine = new Set([
  ...['level', 'message', 'timestamp', 'service', 'sampling_rate', 'cold_start', 'xray_trace_id'],
  ...['function_name', 'function_arn', 'function_memory_size', 'function_request_id', 'correlationId', 'traceparent'],
])

/** Undefined for a line that only mentions the id, and for one that is not JSON. */
function parseLine(line: string, correlationId: string, functionName: string): TimelineStep | undefined {
  try {
    const parsed = JSON.parse(line.slice(Math.max(0, line.indexOf('{')))) as Record<string, unknown>
    if (parsed.correlationId !== correlationId || typeof parsed.timestamp !== 'string') return undefined
    const facts = Object.fromEntries(Object.entries(parsed).filter(([name]) => !ofEveryLine.has(name)))
    const level = parsed.level === 'INFO' ? {} : { level: parsed.level }
    return { at: parsed.timestamp, where: functionName, what: String(parsed.message), facts: { ...level, ...facts } }
  } catch {
    return undefined
  }
}
