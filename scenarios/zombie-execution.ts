import { noGenerationCheck } from '../proof/mutants/saga-mutants.ts'
import { commentAsAgent, openBouncingTicket } from './runner/context/bouncing-ticket.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { fenceStates } from './runner/context/fence-states.ts'
import { invokeNow, stopExecution } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const zombieExecution = scenario(
  'zombie-execution',
  'Two executions of one saga at the same time',
  {
    shows:
      'A saga that was presumed lost and started again is still one saga: whatever its first execution still has under way takes no effect.',
    guard: 'the generation and the fence, checked in every transaction of a step',
    mutants: [{ mutant: noGenerationCheck, breaks: [15, 16, 17] }],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const fences = async () => fenceStates(await evidence())
    const saga = async () => (await evidence()).sagas[0]?.value
    let fencesBefore: string[] = []
    await step(
      {
        do: 'A notification is under way. Its write of the notice hangs in the network, and meanwhile someone stops the execution in the console.',
        shows: 'Stopping an execution does not stop its functions: the write is still on its way.',
      },
      async () => {
        const ticketId = await openBouncingTicket(person)
        const where = {
          service: 'dynamodb',
          operation: 'TransactWriteItems',
          resource: '*-notices',
          function: '*-run-notification-step',
          // The generation is the only number 1 in this transaction.
          key: [`*${tenant}*`, '1'],
        }
        await faults.set({ name: 'first-hangs', at: 'call', where, fault: { do: 'hold' } })
        await commentAsAgent(person, ticketId)
        await until(
          'the write',
          () => faults.firedCount('first-hangs'),
          (count) => count > 0,
        )
        await stopExecution(target, { id: (await saga())?.id ?? '', generation: 1 })
        claim(
          'the saga is live in its first generation, without a notice',
          [(await saga())?.generation, await countNotices(carla)],
          [1, 0],
        )
      },
    )
    await step(
      {
        do: 'The reconciler, whose clock is a minute ahead, finds a live saga without an execution and starts the next generation at once. The mail is refused, so this generation undoes everything.',
        shows: 'The second generation works over the fences of the first, and repeats nothing that was done.',
        without: 'A budget that is reserved twice, and released once.',
      },
      async () => {
        const where = { function: '*-reconcile-sagas' }
        await faults.set({ name: 'clock-ahead', at: 'invocation', where, fault: { do: 'skew-clock', ms: 60_000 } })
        await invokeNow(target, target.outputs.ReconcileSagasFunction)
        await faults.remove('clock-ahead')
        const ended = await until('the second generation', saga, (stored) => stored?.state === 'compensated')
        claim('the saga is compensated, in its second generation', ended?.generation, 2)
        fencesBefore = await fences()
        claim('there is no notice', await countNotices(carla), 0)
      },
    )
    await step(
      {
        do: 'The network recovers, and the write of the first generation arrives.',
        shows: 'Two conditions of its own transaction refuse it: its generation is old, and the fence is closed.',
        without: 'A notice that nobody will ever withdraw, from a saga that reports itself as undone.',
      },
      async () => {
        const { fired } = await faults.remove('first-hangs')
        note(`writes of the first generation that arrived late: ${fired}`)
        await untilIdle()
        claim('there is still no notice', await countNotices(carla), 0)
        claim('the fences have not changed', await fences(), fencesBefore)
      },
    )
  },
)
