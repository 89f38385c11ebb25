import { SFNClient, type SFNClientConfig, StartExecutionCommand } from '@aws-sdk/client-sfn'
import type { Start, StateMachines } from './state-machine.ts'

/**
 * {@link StateMachines} on Step Functions. StartExecution is idempotent for a running execution of the same name and input; one
 * that has ended is told by an error, for 90 days.
 */
export class SfnStateMachines implements StateMachines {
  readonly #client: SFNClient

  constructor(config: SFNClientConfig = {}) {
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }
    this.#client = new SFNClient({ maxAttempts: 4, requestHandler, ...config })
  }

  async start({ machineArn, name, input }: Start): Promise<'started' | 'already-started'> {
    try {
      await this.#client.send(
        new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
      )
      return 'started'
    } catch (error) {
      if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return 'already-started'
      throw error
    }
  }
}
