import { describe, expect, it } from 'vitest'
import type { StateMachine } from '../../sagas/asl.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { seed } from '../fixtures/sample.ts'
import { compareMachines } from './machine-suite/machine-commands.ts'
import { simulatedMachineFixture } from './machine-suite/machine-fixture.ts'
import { machineSuite } from './machine-suite/machine-suite.ts'
import { stepFunctionsFixture } from './machine-suite/step-functions-fixture.ts'

describe('Step Functions', () => machineSuite(stepFunctionsFixture))

describe(`any run of a saga on the simulation's state machines and on Step Functions (SEED=${seed})`, () => {
  const open = { twin: simulatedMachineFixture, engine: stepFunctionsFixture }

  it('invokes its function at the same times with the same tasks', async () => {
    await compareMachines(notification, open, { seed, runs: 4, length: 30 })
    await compareMachines(attachment, open, { seed, runs: 4, length: 30 })
  })

  it('is told apart when the twin retries nothing', async () => {
    const twin = (machine: StateMachine) => simulatedMachineFixture(withoutRetries(machine))
    const compared = compareMachines(notification, { ...open, twin }, { seed, runs: 40, length: 30 })
    await expect(compared).rejects.toThrow(/Counterexample: \[start\(/)
  })
})

function withoutRetries(machine: StateMachine): StateMachine {
  const States = Object.entries(machine.States).map(([name, state]) => {
    if (state.Type !== 'Task') return [name, state]
    return [name, { ...state, Retry: [] }]
  })
  return { ...machine, States: Object.fromEntries(States) }
}
