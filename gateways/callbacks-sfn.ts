import { SendTaskSuccessCommand, SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn'
import type { Callbacks } from './callbacks.ts'

/** What Step Functions says of a token whose wait is over. */
const overBy = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']

/** {@link Callbacks} on Step Functions. The output is empty: who was waiting looks for itself. */
export class SfnCallbacks implements Callbacks {
  readonly #client: SFNClient

  constructor(config: SFNClientConfig = {}) {
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }
    this.#client = new SFNClient({ maxAttempts: 4, requestHandler, ...config })
  }

  async succeed(token: string): Promise<'woken' | 'not-waiting'> {
    try {
      await this.#client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' }))
      return 'woken'
    } catch (error) {
      if (error instanceof Error && overBy.includes(error.name)) return 'not-waiting'
      throw error
    }
  }
}
