import { noTombstone } from '../proof/mutants/saga-mutants.ts'
import { withShortenedTimes } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const orphanStep = scenario(
  'orphan-step',
  'A step that was given up finishes after its undo',
  {
    shows: 'A step that runs when its saga has long been undone finds that it must not, and changes nothing.',
    guard: 'the fence of each step, and the row of a saga that has ended: a late do meets both',
    mutant: noTombstone,
    invariants: [15, 17, 22],
    targets: 'embedded',
  },
  ({ target, tenant, person, faults, step, claim, until, untilIdle, evidence, traceEntries }) =>
    withShortenedTimes(target, 'timeouts', async () => {
      const admin = person('root', 'admin')
      const carla = person('carla', 'customer')
      const notices = async () => ((await carla.get('/notices')).body.items as unknown[]).length
      const fences = async () => (await evidence()).fences.map(({ sk, value }) => `${sk} ${value.state}`).toSorted()
      let before: string[] = []
      await step(
        {
          do: 'The first try of a notification hangs somewhere in the machine. Step Functions gives it up and tries again; then the mail is refused, and everything is undone.',
          shows: 'The saga ends compensated, though one of its steps is still on its way.',
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
          const where = { function: '*-run-notification-step', key: `*${tenant}*` }
          await faults.set({ name: 'orphan', at: 'invocation', where, fault: { do: 'hold' }, times: 1 })
          await person('ada', 'agent').sendUntilAnswered('POST', `/tickets/${body.id}/comments`, { body: 'Yes.' })
          await until('the saga', evidence, ({ sagas }) => sagas.some(({ value }) => value.state === 'compensated'))
          before = await fences()
          claim('the saga is compensated, and no notice is left', await notices(), 0)
        },
      )
      await step(
        {
          do: 'The orphan wakes up and does its work.',
          shows: 'Each of its steps meets the mark that the undo has left, in the transaction that would have done it.',
          without: 'a notice appears that nobody will ever withdraw, and a send is counted that never took place.',
        },
        async () => {
          await faults.lift('orphan')
          await until(
            'the orphan',
            async () => traceEntries(),
            (all) => all.some(({ fault }) => fault === 'held'),
          )
          await untilIdle()
          claim('there still is no notice', await notices(), 0)
          claim('and the fences are as they were', await fences(), before)
        },
      )
    }),
)
