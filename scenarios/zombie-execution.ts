import { anyGeneration } from '../proof/mutants/saga-mutants.ts'
import { invokeNow, stopExecution } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const zombieExecution = scenario(
  'zombie-execution',
  'Two executions of one saga at the same time',
  {
    shows:
      'A saga that was taken for lost and started again is still one saga: what its first execution has under way has no effect any more.',
    guard: 'the generation and the fence in the condition of each transaction of a step',
    mutant: anyGeneration,
    invariants: [15, 17, 19, 22],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) => {
    const admin = person('root', 'admin')
    const carla = person('carla', 'customer')
    const notices = async () => ((await carla.get('/notices')).body.items as unknown[]).length
    const fences = async () => (await evidence()).fences.map(({ sk, value }) => `${sk} ${value.state}`).toSorted()
    const saga = async () => (await evidence()).sagas[0]?.value
    let before: string[] = []
    await step(
      {
        do: 'A notification is under way. Its write of the notice hangs in the network, and while it hangs somebody stops the execution by hand.',
        shows: 'Stopping an execution stops none of its functions: the write is still on its way.',
      },
      async () => {
        await admin.sendUntilAnswered('POST', '/users', {
          id: 'carla',
          role: 'customer',
          email: 'carla@bounce.example.com',
        })
        const { body } = await carla.sendUntilAnswered('POST', '/tickets', {
          title: 'Can you hear me?',
          body: 'Hello?',
        })
        const where = {
          service: 'dynamodb',
          operation: 'TransactWriteItems',
          resource: '*-notices',
          function: '*-run-notification-step',
          // The only number 1 in such a transaction is the generation that it asks for.
          key: [`*${tenant}*`, '1'],
        }
        await faults.set({ name: 'first-hangs', at: 'call', where, fault: { do: 'hold' } })
        await person('ada', 'agent').sendUntilAnswered('POST', `/tickets/${body.id}/comments`, { body: 'Yes.' })
        await until(
          'the write',
          () => faults.firedCount('first-hangs'),
          (count) => count > 0,
        )
        await stopExecution(target, { id: (await saga())?.id ?? '', generation: 1 })
        claim('the saga is live in its first generation', [(await saga())?.generation, await notices()], [1, 0])
      },
    )
    await step(
      {
        do: 'The reconciler, whose clock runs a minute ahead, finds a live saga without an execution, and starts the next one at once. The mail is refused, so that one undoes everything.',
        shows: 'The second generation works over the fences of the first: it repeats nothing that was done.',
        without: 'a budget that is counted twice, and released once.',
      },
      async () => {
        const where = { function: '*-reconcile-sagas' }
        await faults.set({ name: 'clock-ahead', at: 'invocation', where, fault: { do: 'skew-clock', ms: 60_000 } })
        await invokeNow(target, target.outputs.ReconcileSagasFunction)
        await faults.lift('clock-ahead')
        const ended = await until('the second generation', saga, (one) => one?.state === 'compensated')
        claim('the saga is compensated, in its second generation', ended?.generation, 2)
        before = await fences()
        claim('no notice is there', await notices(), 0)
      },
    )
    await step(
      {
        do: 'The network lets go: what the first generation has sent arrives.',
        shows:
          'It is refused by two conditions of its own transaction: the generation has moved on, and the fence is closed.',
        without: 'a notice that nobody will ever withdraw, of a saga that says it was undone.',
      },
      async () => {
        const { fired } = await faults.lift('first-hangs')
        note(`${fired} writes of the first generation arrived late`)
        await untilIdle()
        claim('there still is no notice', await notices(), 0)
        claim('and the fences are as they were', await fences(), before)
      },
    )
  },
)
