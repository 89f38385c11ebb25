import { DescribeExecutionCommand, SFNClient, type SFNClientConfig, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { isErrorNamed } from '../domain/error-names.ts'
import type { ExecutionRef, ExecutionStart, StateMachines } from './state-machines.ts'

/**
 * {@link StateMachines} on Step Functions. StartExecution is idempotent for a running execution of the same name and input. For 90 days
 * after it ended, a start of the same name fails with `ExecutionAlreadyExists`
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
 */
export class SfnStateMachines implements StateMachines {
  readonly #client: SFNClient

  constructor(config: SFNClientConfig = {}) {
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }
    this.#client = new SFNClient({ maxAttempts: 4, requestHandler, ...config })
  }

  async start({ machineArn, name, input }: ExecutionStart): Promise<'started' | 'already-started'> {
    try {
      await this.#client.send(
        new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
      )
      return 'started'
    } catch (error) {
      if (isErrorNamed(error, 'ExecutionAlreadyExists')) return 'already-started'
      throw error
    }
  }

  async describe({ machineArn, name }: ExecutionRef): Promise<'running' | 'ended' | 'absent'> {
    const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`
    try {
      const { status } = await this.#client.send(new DescribeExecutionCommand({ executionArn }))
      return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended'
    } catch (error) {
      if (isErrorNamed(error, 'ExecutionDoesNotExist')) return 'absent'
      throw error
    }
  }
}
