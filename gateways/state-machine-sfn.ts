import { DescribeExecutionCommand, SFNClient, type SFNClientConfig, StartExecutionCommand } from '@aws-sdk/client-sfn'
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
      if (isNamed(error, 'ExecutionAlreadyExists')) return 'already-started'
      throw error
    }
  }

  async describe({ machineArn, name }: Pick<Start, 'machineArn' | 'name'>): Promise<'running' | 'ended' | 'absent'> {
    const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`
    try {
      const { status } = await this.#client.send(new DescribeExecutionCommand({ executionArn }))
      return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended'
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return 'absent'
      throw error
    }
  }
}

function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name)
}
