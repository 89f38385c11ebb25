import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoStore, type TableNames } from '../tables/dynamo-store.ts'
import { tableShapes } from '../tables/key-shapes.ts'
import type { Store, TableName } from '../tables/store.ts'

/** A running Steadfast as the proofs see it: its API, its stored data, and what its deployment left in `outputs.json`. */
export interface Target {
  /** The API with its stage, without a slash at the end. */
  apiUrl: string
  /** The edge of a local target, where it speaks the AWS protocols; undefined on AWS. */
  edgeUrl: string | undefined
  dataDir: string
  outputs: Record<string, string>
  store: Store
}

/** What is wrong with how a command was called or where it looks: one clear line, no stack. */
export class TargetError extends Error {}

/**
 * Finds the target by the outputs in its data folder; `apiUrl` overrides the address. Throws {@link TargetError} saying what to do
 * when there are none.
 */
export function openTarget({ dataDir, apiUrl }: { dataDir: string; apiUrl?: string | undefined }): Target {
  const path = join(dataDir, 'outputs.json')
  if (!existsSync(path))
    throw new TargetError(`${path} is not there: start the stack first (npm start), or name its folder with --data`)
  const outputs = flatten(JSON.parse(readFileSync(path, 'utf8')))
  const given = apiUrl ?? outputs.ApiUrl
  if (given === undefined) throw new TargetError(`${path} names no ApiUrl: start or deploy the stack again`)
  const url = apiAddress(given)
  const edgeUrl = isLocal(url) ? new URL(url).origin : undefined
  return { apiUrl: url, edgeUrl, dataDir, outputs, store: new DynamoStore(tableNames(outputs), clientConfig(edgeUrl)) }
}

/** The same, once its API has answered: a command that retries would otherwise wait long for a stack that is not there. */
export async function reachTarget(where: Parameters<typeof openTarget>[0]): Promise<Target> {
  const target = openTarget(where)
  await answerOf(`${target.apiUrl}/openapi.json`)
  return target
}

/** What the API says to a GET, and be it an error of its own. Throws {@link TargetError} when there is no API. */
export async function answerOf(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(answerMsMax) }).catch(() => undefined)
  const { origin } = new URL(url)
  if (!answer)
    throw new TargetError(`nothing answers at ${origin}: start the stack (npm start), or name it with --target`)
  if (!answer.headers.has('x-correlation-id'))
    throw new TargetError(
      `${url} answers ${answer.status}, and not as this API does: --target takes its address, such as ${exampleUrl}`,
    )
  return answer
}

/** As long as API Gateway waits for a function. */
const answerMsMax = 30_000
const exampleUrl = 'http://127.0.0.1:4566/api'

/** An API's address without a slash at the end. Throws {@link TargetError} for what is no address. */
export function apiAddress(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new TargetError(`${text || 'nothing'} is no address: --target takes the API's, such as ${exampleUrl}`)
  return text.replace(/\/+$/, '')
}

/** Settings for AWS clients of this target: the edge of a local one takes any credentials. */
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

/** Outputs by name, whether kept flat or by stack as `cdk deploy --outputs-file` writes them. */
function flatten(outputs: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(outputs).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [[name, value]],
  )
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))
}
