import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withArchivedEvents } from '../app/archive/archived-events.ts'
import { runtime } from '../app/environment.ts'
import type { MigratedStore } from '../app/migrate/migrated-store.ts'
import { openStore } from '../app/open-store.ts'
import type { ObjectStore } from '../gateways/object-store.ts'
import { S3ObjectStore } from '../gateways/object-store-s3.ts'
import { DynamoStore, type TableNames } from '../tables/dynamo-store.ts'
import { tableShapes } from '../tables/key-shapes.ts'
import type { Store, TableName } from '../tables/store.ts'
import { fetchWhole } from './fetch-whole.ts'

/** A running Steadfast: its API, its stored data, and the outputs that its deployment wrote to `outputs.json`. */
export interface Target {
  /** The URL of the API with its stage, without a trailing slash. */
  apiUrl: string
  /** The URL of a local target's edge, which speaks the AWS protocols; undefined on AWS. */
  edgeUrl: string | undefined
  dataDir: string
  outputs: Record<string, string>
  /** The tables as they are stored, with the events of archived tickets where they are read by ticket. */
  store: Store
  /** The same as functions see and write them, whose rows may be migrating: for whatever changes tickets or feeds consumers. */
  migrated: MigratedStore
  /** The archives, and the tables without what is in them. Undefined for a deployment that is older than archives. */
  archive: { objects: ObjectStore; tables: Store } | undefined
}

/** A wrong argument or a target that can't be used. The message is one line that says what to do; commands print it without a stack. */
export class TargetError extends Error {}

/**
 * Opens the target whose outputs are in the data folder; `apiUrl` overrides the API's address. Throws {@link TargetError} without outputs.
 */
export function openTarget({
  dataDir,
  apiUrl,
  onConsumed,
}: {
  dataDir: string
  apiUrl?: string | undefined
  /** Hears the capacity units of each call to the tables. */
  onConsumed?: (units: number) => void
}): Target {
  const path = join(dataDir, 'outputs.json')
  if (!existsSync(path))
    throw new TargetError(`${path} does not exist: start the stack (npm start), or give its data folder with --data`)
  const outputs = flattenOutputs(JSON.parse(readFileSync(path, 'utf8')))
  const address = apiUrl ?? outputs.ApiUrl
  if (address === undefined) throw new TargetError(`${path} has no ApiUrl: start or deploy the stack again`)
  const url = parseApiUrl(address)
  const edgeUrl = isLocal(url) ? new URL(url).origin : undefined
  const tables = new DynamoStore(
    tableNames(outputs),
    { ...clientConfig(edgeUrl), requestHandler: patientRequests },
    onConsumed,
  )
  const { ArchiveBucket: bucket } = outputs
  const objects = bucket === undefined ? undefined : new S3ObjectStore(bucket, clientConfig(edgeUrl))
  const withArchives = (store: Store) => (objects ? withArchivedEvents(store, objects) : store)
  return {
    apiUrl: url,
    edgeUrl,
    dataDir,
    outputs,
    store: withArchives(tables),
    migrated: openStore(tables, runtime, { below: withArchives }),
    archive: objects && { objects, tables },
  }
}

/** The tables of a stack whose services answer, which need not have written its outputs yet. */
export function openTables({
  outputs,
  edgeUrl,
}: {
  outputs: Record<string, unknown>
  edgeUrl: string | undefined
}): Store {
  return new DynamoStore(tableNames(flattenOutputs(outputs)), clientConfig(edgeUrl))
}

/** No function waits for these answers, and a busy emulator takes seconds for one. */
const patientRequests = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true }

/**
 * Opens a target and checks that its API answers. Without this check a command that retries would wait long
 * for a stack that is not running.
 */
export async function reachTarget(options: Parameters<typeof openTarget>[0]): Promise<Target> {
  const target = openTarget(options)
  await callApi(`${target.apiUrl}/openapi.json`)
  return target
}

/** Waits for work with a target. Throws {@link TargetError} when the work fails and nothing answers at the target's address any more. */
export async function whileReachable<T>({ apiUrl }: Pick<Target, 'apiUrl'>, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw (await isReachable(apiUrl)) ? error : unreachable(apiUrl)
  }
}

/** Whether anything answers at the address of an API. */
export async function isReachable(apiUrl: string): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs)
  return fetchWhole(`${apiUrl}/openapi.json`, { signal }).then(
    () => true,
    () => false,
  )
}

/** An API that has answered before no longer does. */
export function unreachable(apiUrl: string): TargetError {
  const { origin } = new URL(apiUrl)
  return new TargetError(`${origin} can no longer be reached: start the stack again (npm start), and repeat the run`)
}

/** Sends a GET and returns the API's response, whatever its status. Throws {@link TargetError} when no API of this kind answers. */
export async function callApi(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetchWhole(url, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined)
  const { origin } = new URL(url)
  if (!response)
    throw new TargetError(
      `nothing answers at ${origin}: start the stack (npm start), or give its address with --target`,
    )
  if (!response.headers.has('x-correlation-id'))
    throw new TargetError(
      `${url} answered ${response.status}, but is not the Steadfast API: --target takes the API's address, such as ${exampleUrl}`,
    )
  return response
}

/** A little more than API Gateway waits for a function (29 s). */
const timeoutMs = 30_000
const exampleUrl = 'http://127.0.0.1:4566/api'

/** Parses the URL of an API and removes a trailing slash. Throws {@link TargetError} when it is not an HTTP URL. */
export function parseApiUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new TargetError(`"${text}" is not a URL: --target takes the API's address, such as ${exampleUrl}`)
  return text.replace(/\/+$/, '')
}

/** The configuration of AWS SDK clients for a target. A local edge accepts any credentials. */
export function clientConfig(edgeUrl: string | undefined) {
  if (!edgeUrl) return {}
  return { endpoint: edgeUrl, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
}

function isLocal(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
}

function tableNames(outputs: Record<string, string>): TableNames {
  const names = Object.keys(tableShapes).map((table) => [table, outputs[`${table}Table`]] as const)
  return Object.fromEntries(names.filter(([, name]) => name !== undefined)) as { [T in TableName]?: string }
}

/** Outputs by name. The file holds them either flat or grouped by stack, as `cdk deploy --outputs-file` writes them. */
export function flattenOutputs(outputs: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(outputs).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [[name, value]],
  )
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))
}
