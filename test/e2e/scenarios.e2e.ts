import { describe, expect, it } from 'vitest'
import { scenarios } from '../../scenarios/all.ts'
import { faultyProjector } from '../../scenarios/faulty-projector.ts'
import { poisonMessage } from '../../scenarios/poison-message.ts'
import { runScenario } from '../../scenarios/runner/run-scenario.ts'
import { scenario } from '../../scenarios/runner/scenario.ts'
import { tamperedHistory } from '../../scenarios/tampered-history.ts'
import { sample, seed } from '../fixtures/sample.ts'
import { testScenarios, useStack } from './scenario-tests.ts'

/** A description of scenarios that never run against a mutant. */
const description = { shows: '', guard: '', mutants: [], targets: 'embedded' } as const

describe(`a scenario (SEED=${seed})`, () => {
  const stack = useStack()

  // A sample of what `npm run test:long -- scenarios` does.
  testScenarios(sample(scenarios, 1), stack)

  it('is broken when a fault never fires, a claim does not hold, and its story stops', async () => {
    const vacuous = scenario('vacuous', 'Nothing is proven', description, async ({ faults, claim }) => {
      await faults.set({ name: 'idle', at: 'call', where: { service: 'none' }, fault: { do: 'throttle' } })
      claim('one is two', 1, 2)
      throw new Error('out of ideas')
    })
    expect((await runScenario(vacuous, stack())).verdict).toEqual({
      holds: false,
      proven: [],
      broken: ['the story stopped: out of ideas', 'the fault idle never fired', 'one is two: found 1, not 2'],
      brokenInvariants: [],
    })
  })

  it('leaves no fault rule behind when it is aborted', async () => {
    const abort = new AbortController()
    const rules = async () =>
      ((await (await fetch(`${stack().edgeUrl}/_steadfast/faults`)).json()) as { rules: unknown[] }).rules
    const aborted = scenario('aborted', 'The presenter presses Ctrl-C', description, async ({ faults, until }) => {
      await faults.set({ name: 'left-behind', at: 'call', where: { service: 'none' }, fault: { do: 'throttle' } })
      expect(await rules()).toHaveLength(1)
      abort.abort(new Error('stopped'))
      await until('nothing', async () => false, Boolean)
    })
    await expect(runScenario(aborted, stack(), { signal: abort.signal })).rejects.toThrow('stopped')
    expect(await rules()).toEqual([])
  })

  it('repairs what it damaged when it is aborted, unless its story has done so', async () => {
    const abort = new AbortController()
    const repaired: string[] = []
    const aborted = scenario('aborted', 'The presenter presses Ctrl-C', description, async (context) => {
      const { repairWhenStopped, until } = context
      const repairFirst = repairWhenStopped(async () => void repaired.push('first'))
      repairWhenStopped(async () => void repaired.push('second'))
      await repairFirst()
      abort.abort(new Error('stopped'))
      await until('nothing', async () => false, Boolean)
    })
    await expect(runScenario(aborted, stack(), { signal: abort.signal })).rejects.toThrow('stopped')
    expect(repaired).toEqual(['first', 'second'])
  })

  it('says that data is damaged when it is aborted and cannot repair it', async () => {
    const abort = new AbortController()
    const aborted = scenario('aborted', 'The presenter presses Ctrl-C', description, async (context) => {
      context.repairWhenStopped(async () => {
        throw new Error('no table')
      })
      abort.abort(new Error('stopped'))
    })
    await expect(runScenario(aborted, stack(), { signal: abort.signal })).rejects.toThrow(
      /^stopped while data of tenant aborted-\w+ is damaged on purpose, and it can't be repaired \(no table\): npm start -- --fresh/,
    )
  })

  it.each([
    { stopped: poisonMessage, at: 3 },
    { stopped: faultyProjector, at: 4 },
    { stopped: tamperedHistory, at: 4 },
  ])('$stopped.name leaves no damage behind when it is stopped at step $at', { timeout: 120_000 }, async (one) => {
    const { stopped, at } = one
    const abort = new AbortController()
    const onStepStart = (_: unknown, number: number) => {
      if (number === at) abort.abort(new Error('stopped'))
    }
    const run = runScenario(stopped, stack(), { signal: abort.signal, onStepStart })
    await expect(run).rejects.toThrow('stopped')
    const sound = scenario('sound', 'Nothing is attacked', description, async ({ note }) => note('nothing'))
    expect((await runScenario(sound, stack())).verdict.broken).toEqual([])
  })
})
