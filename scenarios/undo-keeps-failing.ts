import { giveUpInsteadOfParking } from '../proof/mutants/saga-mutants.ts'
import { hasEnded } from '../tables/sagas.ts'
import { commentAsAgent, openBouncingTicket } from './runner/context/bouncing-ticket.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { withShortenedTimes } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const undoKeepsFailing = scenario(
  'undo-keeps-failing',
  'An undo keeps failing until an operator helps',
  {
    shows:
      'A saga that cannot undo a step is neither given up nor reported as done. It is parked, and continues when an operator resumes it.',
    guard: 'parking: a state that waits for an operator, and a resume that names the parking',
    mutants: [{ mutant: giveUpInsteadOfParking, breaks: [15, 16, 18] }],
    targets: 'embedded',
  },
  ({ target, person, faults, step, claim, note, until, untilIdle, evidence }) =>
    withShortenedTimes(target, 'retries', async () => {
      const admin = person('root', 'admin')
      const carla = person('carla', 'customer')
      const saga = async () => (await evidence()).sagas[0]?.value
      let id = ''
      let parkingId = ''
      await step(
        {
          do: 'The mail to Carla is refused, so her notification must be undone. But the database refuses every undo of the notice.',
          shows: 'After its retries the saga is parked. It says why, and an alarm calls an operator.',
          without: 'The saga ends as failed, and the notice stays forever, together with the budget reserved for it.',
        },
        async () => {
          const ticketId = await openBouncingTicket(person)
          await faults.set({
            name: 'undo-fails',
            at: 'call',
            where: {
              service: 'dynamodb',
              operation: 'TransactWriteItems',
              resource: '*-notices',
              function: '*-run-notification-step',
              key: 'undone',
            },
            fault: { do: 'refuse', error: 'ValidationException', status: 400 },
          })
          await commentAsAgent(person, ticketId)
          const parked = await until(
            'the parking',
            saga,
            (stored) => stored !== undefined && (stored.state === 'parked' || hasEnded(stored)),
          )
          claim('the saga is parked', parked?.state, 'parked')
          id = parked?.id ?? ''
          const { body: shown } = await admin.get(`/sagas/${id}`)
          parkingId = String(shown.parkingId)
          note(`parked: ${shown.reason}`)
          claim('the notice is still there', await countNotices(carla), 1)
        },
      )
      await step(
        {
          do: 'The database recovers. An operator resumes another parking by mistake, and then this one.',
          shows:
            'A resume acts only on the parking that it names. The saga continues from there, over the same fences.',
          without: 'A second click, or a late resume, runs the undo alongside one that is still under way.',
        },
        async () => {
          const { fired } = await faults.remove('undo-fails')
          note(`the undo failed ${fired} times`)
          const wrong = await admin.send('POST', `/sagas/${id}/resume`, { parkingId: 'another' })
          claim('a resume of another parking is refused with 409', wrong.status, 409)
          const resumed = await admin.sendUntilAnswered('POST', `/sagas/${id}/resume`, { parkingId })
          claim('a resume of this parking is accepted', resumed.status, 200)
          await untilIdle()
          claim('the saga is compensated', (await saga())?.state, 'compensated')
          claim('no notice is left', await countNotices(carla), 0)
        },
      )
    }),
)
