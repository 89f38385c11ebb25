import { setTimeout as sleep } from 'node:timers/promises'
import { fetchWhole } from '../../proof/fetch-whole.ts'

export interface AnswerTimeouts {
  /** While nothing listens: as long as a container takes to open its port. */
  refusedMsMax: number
  /** While something listens and says nothing: as long as a fresh LocalStack takes for its first response. */
  silentMsMax: number
}

const timeoutsDefault: AnswerTimeouts = { refusedMsMax: 15_000, silentMsMax: 90_000 }
const pauseMs = 250

/**
 * Waits until an emulator answers. Throws one line when none does in time, or when it is the embedded stack, which deploys by itself: the
 * CDK CLI would end in a stack trace after many retries.
 */
export async function awaitEmulator(
  endpointUrl: string,
  onWaiting: (what: string) => void,
  { refusedMsMax, silentMsMax } = timeoutsDefault,
): Promise<void> {
  if (!URL.canParse(endpointUrl))
    throw new Error(`"${endpointUrl}" is not a URL: set AWS_ENDPOINT_URL to an emulator's, such as ${exampleUrl}`)
  const startedAtMs = performance.now()
  const elapsedMs = () => performance.now() - startedAtMs
  for (;;) {
    const answer = await ask(endpointUrl, Math.max(1, Math.ceil(silentMsMax - elapsedMs())))
    if (answer === 'embedded')
      throw new Error(
        `${endpointUrl} is the stack of npm start, which has deployed itself (npm start -- --fresh empties it): for an emulator on another port, set AWS_ENDPOINT_URL`,
      )
    if (answer === 'emulator') return
    if (elapsedMs() >= (answer === 'refused' ? refusedMsMax : silentMsMax))
      throw new Error(`nothing answers at ${endpointUrl}: start LocalStack or MiniStack there, or set AWS_ENDPOINT_URL`)
    onWaiting(`Waiting for an emulator at ${endpointUrl}`)
    await sleep(pauseMs)
  }
}

const exampleUrl = 'http://127.0.0.1:4566'

/** Asks for what only the embedded stack has. */
async function ask(endpointUrl: string, timeoutMs: number): Promise<'embedded' | 'emulator' | 'refused' | 'silent'> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetchWhole(`${endpointUrl.replace(/\/+$/, '')}/_steadfast/faults`, { signal })
    const answer = (await response.json().catch(() => undefined)) as { rules?: unknown } | undefined
    return response.ok && Array.isArray(answer?.rules) ? 'embedded' : 'emulator'
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string }
    return code === 'ECONNREFUSED' ? 'refused' : 'silent'
  }
}
