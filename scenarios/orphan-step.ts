import { noTombstone } from '../proof/mutants/saga-mutants.ts'
import { withShortenedTimes } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const orphanStep = scenario(
  'orphan-step',
  'A step that timed out finishes after its undo',
  {
    shows: 'A step that runs after its saga was compensated finds that it must not, and changes nothing.',
    guard: 'the fence of each step and the row of the ended saga: a late do is checked against both',
    mutants: [{ mutant: noTombstone, breaks: [15, 16, 17] }],
    targets: 'embedded',
  },
  ({ target, tenant, person, faults, step, claim, until, untilIdle, evidence, traceEntries }) =>
    withShortenedTimes(target, 'timeouts', async () => {
      const admin = person('root', 'admin')
      const carla = person('carla', 'customer')
      const notices = async () => ((await carla.get('/notices')).body.items as unknown[]).length
      const fences = async () => (await evidence()).fences.map(({ sk, value }) => `${sk} ${value.state}`).toSorted()
      let fencesBefore: string[] = []
      await step(
        {
          do: 'The first attempt at a notification hangs. Step Functions times it out and retries. Then the mail is refused, and everything is undone.',
          shows: 'The saga ends compensated, although one of its attempts is still under way.',
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
          fencesBefore = await fences()
          claim('the saga is compensated, and no notice is left', await notices(), 0)
        },
      )
      await step(
        {
          do: 'The orphaned attempt wakes up and does its work.',
          shows:
            'Each of its steps meets the fence that the undo closed, in the very transaction that would have done the step.',
          without: 'A notice appears that nobody will ever withdraw, and a mail is counted that was never sent.',
        },
        async () => {
          await faults.remove('orphan')
          await until(
            'the orphan',
            async () => traceEntries(),
            (entries) => entries.some(({ fault }) => fault === 'held'),
          )
          await untilIdle()
          claim('there is still no notice', await notices(), 0)
          claim('the fences have not changed', await fences(), fencesBefore)
        },
      )
    }),
)
