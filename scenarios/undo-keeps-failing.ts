import { givesUpInsteadOfParking } from '../proof/mutants/saga-mutants.ts'
import { hasEnded } from '../tables/sagas.ts'
import { withShortenedTimes } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const undoKeepsFailing = scenario(
  'undo-keeps-failing',
  'An undo fails and fails, until a person helps',
  {
    shows:
      'A saga that cannot undo itself is neither given up nor called done: it is parked, and goes on when a person resumes it.',
    guard: 'the parking: a state that waits for a person, and a resume that names it',
    mutant: givesUpInsteadOfParking,
    invariants: [15, 22],
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
          do: "The mail to Carla is refused, so her notification must be undone; and each time the database fails at the notice's undo.",
          shows: 'After its retries the saga is parked: it says why, and an alarm calls a person.',
          without: 'the saga ends as failed, and the notice stays for ever, with the budget that was paid for it.',
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
          await person('ada', 'agent').sendUntilAnswered('POST', `/tickets/${body.id}/comments`, { body: 'Yes.' })
          const left = await until(
            'the parking',
            saga,
            (one) => one !== undefined && (one.state === 'parked' || hasEnded(one)),
          )
          claim('the saga is parked', left?.state, 'parked')
          id = left?.id ?? ''
          const { body: parked } = await admin.get(`/sagas/${id}`)
          parkingId = String(parked.parkingId)
          note(`parked: ${parked.reason}`)
          claim('the notice is still there', ((await carla.get('/notices')).body.items as unknown[]).length, 1)
        },
      )
      await step(
        {
          do: 'The database is mended. An operator resumes another parking by mistake, and then this one.',
          shows: 'A resume acts only on the parking that it names; the saga goes on from there, over the same fences.',
          without: 'a second click, or a resume that comes late, would run the undo beside one that is under way.',
        },
        async () => {
          const { fired } = await faults.lift('undo-fails')
          note(`the undo failed ${fired} times`)
          const wrong = await admin.send('POST', `/sagas/${id}/resume`, { parkingId: 'another' })
          claim('another parking is refused with 409', wrong.status, 409)
          const resumed = await admin.sendUntilAnswered('POST', `/sagas/${id}/resume`, { parkingId })
          claim('this parking is resumed', resumed.status, 200)
          await untilIdle()
          claim('the saga is compensated', (await saga())?.state, 'compensated')
          claim('no notice is left', ((await carla.get('/notices')).body.items as unknown[]).length, 0)
        },
      )
    }),
)
