import { noTombstone } from '../proof/mutants/saga-mutants.ts'
import { commentAsAgent, openBouncingTicket } from './runner/context/bouncing-ticket.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { fenceStates } from './runner/context/fence-states.ts'
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
      const carla = person('carla', 'customer')
      const fences = async () => fenceStates(await evidence())
      let fencesBefore: string[] = []
      await step(
        {
          do: 'The first attempt at a notification hangs. Step Functions times it out and retries. Then the mail is refused, and everything is undone.',
          shows: 'The saga ends compensated, although one of its attempts is still under way.',
        },
        async () => {
          const ticketId = await openBouncingTicket(person)
          const where = { function: '*-run-notification-step', key: `*${tenant}*` }
          await faults.set({ name: 'orphan', at: 'invocation', where, fault: { do: 'hold' }, times: 1 })
          await commentAsAgent(person, ticketId)
          await until('the saga', evidence, ({ sagas }) => sagas.some(({ value }) => value.state === 'compensated'))
          fencesBefore = await fences()
          claim('the saga is compensated, and no notice is left', await countNotices(carla), 0)
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
          claim('there is still no notice', await countNotices(carla), 0)
          claim('the fences have not changed', await fences(), fencesBefore)
        },
      )
    }),
)
