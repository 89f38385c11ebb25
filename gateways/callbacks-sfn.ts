import { SendTaskSuccessCommand, SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn'
import type { Callbacks } from './callbacks.ts'

/** Errors by which SendTaskSuccess says that no task waits under the token. */
const taskClosedErrors = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']

/** {@link Callbacks} on Step Functions. The task output is empty: the saga's next task reads the stored state. */
export class SfnCallbacks implements Callbacks {
  readonly #client: SFNClient

  constructor(config: SFNClientConfig = {}) {
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }
    this.#client = new SFNClient({ maxAttempts: 4, requestHandler, ...config })
  }

  async succeed(token: string): Promise<'delivered' | 'task-closed'> {
    try {
      await this.#client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' }))
      return 'delivered'
    } catch (error) {
      if (error instanceof Error && taskClosedErrors.includes(error.name)) return 'task-closed'
      throw error
    }
  }
}
