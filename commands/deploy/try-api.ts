import { setTimeout as sleep } from 'node:timers/promises'
import { fetchWhole } from '../../proof/fetch-whole.ts'

export interface ApiTrial {
  apiUrl: string
  /** Sent as it is. Any token makes the API use its keys, which is where a wrong issuer shows. */
  token: string
  /** The status of an API that works: 200 for a valid token, 401 for any other. */
  expected: 200 | 401
}

/** How long a new API may take until it works: functions start, and gateways learn of a deployment. */
const timeoutMsDefault = 60_000
const pauseMs = 1_000
const requestTimeoutMs = 30_000

/**
 * Sends a real request through a deployed API, which reads its keys and, with a valid token, its tables; repeats it until the answer is the
 * expected one. Returns what came, and throws what came instead when time is up.
 */
export async function tryApi(
  { apiUrl, token, expected }: ApiTrial,
  {
    timeoutMs = timeoutMsDefault,
    onWaiting = () => {},
  }: { timeoutMs?: number; onWaiting?: (what: string) => void } = {},
): Promise<string> {
  const url = `${apiUrl.replace(/\/+$/, '')}/notices?limit=1`
  const startedAtMs = performance.now()
  for (;;) {
    const { status, said } = await send(url, token)
    if (status === expected) return `GET /notices answered ${status}`
    const came = status === undefined ? `got no answer (${said})` : `was answered ${status}${said && ` "${said}"`}`
    if (performance.now() - startedAtMs >= timeoutMs)
      throw new Error(
        `the stacks are deployed, but their API does not work: GET ${url} ${came}, where ${expected} was expected; the function's log says why (steadfast-…-list-notices)`,
      )
    onWaiting(`Waiting for the API: a request ${came}`)
    await sleep(pauseMs)
  }
}

async function send(url: string, token: string): Promise<{ status?: number; said: string }> {
  try {
    const headers = { Authorization: `Bearer ${token}` }
    const response = await fetchWhole(url, { headers, signal: AbortSignal.timeout(requestTimeoutMs) })
    return { status: response.status, said: errorText(await response.text()) }
  } catch (error) {
    const { cause, message } = error as Error
    return { said: cause instanceof Error && cause.message ? cause.message : message }
  }
}

const saidCharsMax = 200

/** What a problem or an error of a gateway says; otherwise the beginning of the text. */
function errorText(text: string): string {
  let said = text
  try {
    const { detail, message } = JSON.parse(text)
    if (typeof detail === 'string') said = detail
    else if (typeof message === 'string') said = message
  } catch {
    // Not ours: its beginning is all there is to say.
  }
  return said.trim().replaceAll(/\s+/g, ' ').slice(0, saidCharsMax)
}
