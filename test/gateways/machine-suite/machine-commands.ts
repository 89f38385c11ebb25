import fc from 'fast-check'
import { expect } from 'vitest'
import type { StateMachine } from '../../../sagas/asl.ts'
import { compile } from '../../../sagas/compile.ts'
import type { Saga } from '../../../sagas/saga.ts'
import { closed, failedStep, refused, superseded } from '../../../sagas/step-errors.ts'
import type { FunctionEnd, MachineFixture } from './machine-fixture.ts'
import { functionArn, input, waitSeconds } from './machine-suite.ts'

interface Model {
  twin: MachineFixture
  started: Set<string>
}

type Command = fc.AsyncCommand<Model, MachineFixture>

/** What one fixture answers; both must answer the same. */
type Ask = (fixture: MachineFixture) => Promise<unknown>

function command(
  label: string,
  ask: Ask,
  { check = () => true, name }: { check?: Command['check']; name?: string } = {},
): Command {
  return {
    check,
    async run(model, engine) {
      if (name !== undefined) model.started.add(name)
      const answers = [await ask(engine), await ask(model.twin)]
      expect(answers[0], label).toEqual(answers[1])
      expect(await stateOf(engine, model.started), `after ${label}`).toEqual(await stateOf(model.twin, model.started))
    },
    toString: () => label,
  }
}

async function stateOf({ machines, machineArn, calls }: MachineFixture, names: ReadonlySet<string>) {
  const statuses = await Promise.all([...names].map((name) => machines.describe({ machineArn, name })))
  return { statuses, calls: inOrder(calls).map(({ atSeconds, payload }) => ({ atSeconds, payload })) }
}

/** What is due at one moment happens in any order. */
function inOrder(calls: MachineFixture['calls']) {
  const text = ({ payload }: MachineFixture['calls'][number]) => JSON.stringify(payload)
  return calls.toSorted((a, b) => a.atSeconds - b.atSeconds || (text(a) < text(b) ? -1 : 1))
}

const openCalls = ({ calls }: MachineFixture) => inOrder(calls).filter(({ hasEnded }) => !hasEnded)

/** Counted from the last one. */
const pick = <T>(items: readonly T[], fromLast: number) => items.at(-1 - (fromLast % Math.max(1, items.length)))

/** The embedded engine calls eight functions at once, and AWS a thousand. In a wait some time out, which is all the same to the machine. */
const openCallsMax = 3

function commandsFor(saga: Saga): fc.Arbitrary<Command>[] {
  const errors = [
    'Error',
    'Error',
    'Lambda.TooManyRequestsException',
    'Lambda.ResourceNotFoundException',
    refused,
    closed,
    superseded,
    ...saga.steps.map(({ name }) => failedStep(name)),
  ]
  // The choice of a direction is made by a task's result.
  const result = fc.constantFrom('forward', 'compensate').map((direction): FunctionEnd => ({ result: { direction } }))
  const end = fc.oneof(
    { weight: 2, arbitrary: result },
    fc.constantFrom(...errors).map((error): FunctionEnd => ({ error })),
  )
  const fromLast = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(3), fc.nat(20))
  const ending = fc
    .tuple(fromLast, end)
    .map(([index, how]) =>
      command(`end(${index} from the last, ${JSON.stringify(how)})`, async (fixture) =>
        pick(openCalls(fixture), index)?.end(how),
      ),
    )
  const name = fc.constantFrom('first', 'second')
  return [
    ...[ending, ending, ending],
    name.map((name) =>
      command(
        `start(${name})`,
        ({ machines, machineArn }) => machines.start({ machineArn, name, input: { ...input, sagaId: name } }),
        { name },
      ),
    ),
    fromLast.map((index) =>
      command(`callBack(${index} from the last)`, async (fixture) =>
        fixture.callbacks.succeed(pick(inOrder(fixture.calls), index)?.token ?? 'none'),
      ),
    ),
    fc.constantFrom(0.5, 1, 4, 8, 20, 40).map((seconds) =>
      command(`wait(${seconds} s)`, (fixture) => fixture.advance(seconds), {
        check: ({ twin }) => openCalls(twin).length <= openCallsMax,
      }),
    ),
  ]
}

/**
 * Runs a compiled saga on the twin and on Step Functions, with random ends of its function, callbacks and waits, and expects the same
 * invocations at the same times, and the same statuses, after each.
 */
export async function compareMachines(
  saga: Saga,
  open: Record<'twin' | 'engine', (machine: StateMachine) => Promise<MachineFixture>>,
  { seed, runs, length }: { seed: number; runs: number; length: number },
): Promise<void> {
  const machine = compile(saga, { functionArn, waitSeconds: { upload: waitSeconds } })
  const drawn = fc.commands(commandsFor(saga), { maxCommands: length, size: 'max' })
  const property = fc.asyncProperty(drawn, async (commands) => {
    const [twin, engine] = [await open.twin(machine), await open.engine(machine)]
    try {
      await fc.asyncModelRun(() => ({ model: { twin, started: new Set<string>() }, real: engine }), commands)
    } finally {
      await engine.close()
    }
  })
  await fc.assert(property, { seed, numRuns: runs })
}
