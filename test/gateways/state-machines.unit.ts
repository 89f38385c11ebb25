import { describe, expect, it } from 'vitest'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { simulatedMachineFixture } from './machine-suite/machine-fixture.ts'
import { machineSuite } from './machine-suite/machine-suite.ts'

describe('the state machines of the simulation', () => machineSuite(simulatedMachineFixture))

describe('the in-memory state machines, which run nothing', () => {
  it('start an execution once by its name, running or ended', async () => {
    const machines = new MemoryStateMachines()
    const execution = { machineArn: 'machine', name: 'saga-1-1' }
    expect(await machines.describe(execution)).toBe('absent')
    expect(await machines.start({ ...execution, input: {} })).toBe('started')
    expect(await machines.start({ ...execution, input: { generation: 2 } })).toBe('already-started')
    expect(await machines.start({ ...execution, input: {} })).toBe('started')
    expect(await machines.describe(execution)).toBe('running')
    machines.end(execution)
    expect(await machines.start({ ...execution, input: {} })).toBe('already-started')
    expect(await machines.describe(execution)).toBe('ended')
    expect(machines.started).toHaveLength(1)
  })

  it('take one callback for a token', async () => {
    const callbacks = new MemoryCallbacks()
    expect(await callbacks.succeed('token')).toBe('delivered')
    expect(await callbacks.succeed('token')).toBe('task-closed')
  })
})
