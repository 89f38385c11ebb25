import { compensateWhileHeld } from '../proof/mutants/saga-mutants.ts'
import { hasEnded, type SagaRecord } from '../tables/sagas.ts'
import { mailIdsSentTo } from './runner/context/mail-sink.ts'
import { withShortenedTimes } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

export const thirdPartyDown = scenario(
  'third-party-down',
  'A third party is down for long, and is held',
  {
    shows:
      'An admin who knows of an outage holds the mail service: its sagas wait without a call, a retry or an alarm for each, and go on when it is released.',
    guard: 'the hold that a step reads before its call, and a wait that a release ends',
    mutants: [{ mutant: compensateWhileHeld, breaks: [33] }],
    targets: 'embedded',
  },
  ({ target, tenant, person, faults, step, claim, note, until, untilIdle, evidence }) =>
    withShortenedTimes(target, 'hangs', async () => {
      const admin = person('root', 'admin')
      const ada = person('ada', 'agent')
      const address = `bob@${tenant}.example.com`
      const sagasOfBob = async () =>
        (await evidence()).sagas.filter(({ value }) => value.recipient === 'bob').map(({ value }) => value)
      const callsOf = ({ timeline }: SagaRecord) =>
        timeline.filter(({ step, error }) => step === 'mail' && error?.name !== 'StepHeld').length
      let comments = ''
      let calls = 0
      await step(
        {
          do: 'The mail service is down, and nobody acts. An agent comments on Bob’s ticket.',
          shows: 'The mail is tried until its retries are used up; then the saga is parked, and an alarm goes off.',
          without: 'After an outage of an hour, each notification of that hour is parked, and each is an alarm.',
        },
        async () => {
          await admin.sendUntilAnswered('POST', '/users', { id: 'bob', role: 'customer', email: address })
          const { body } = await person('bob', 'customer').sendUntilAnswered('POST', '/tickets', {
            title: 'Are you there?',
            body: 'Hello?',
          })
          comments = `/tickets/${body.id}/comments`
          await faults.set({
            name: 'mail-down',
            at: 'call',
            where: { service: 'ses', operation: 'SendRawEmail' },
            fault: { do: 'refuse', error: 'ServiceUnavailable', status: 503 },
          })
          await ada.sendUntilAnswered('POST', comments, { body: 'We are.' })
          const [parked] = await until('the parking', sagasOfBob, (sagas) =>
            sagas.some((saga) => saga.state === 'parked' || hasEnded(saga)),
          )
          claim('his notification is parked', parked?.state, 'parked')
          note(`calls that were made in vain: ${parked ? callsOf(parked) : 0}`)
        },
      )
      await step(
        {
          do: 'An admin holds the mail service. The agent comments three times more.',
          shows: 'Three sagas wait. Each has asked once whether it may call, and has called nobody.',
          without: 'Each burns its retries, or is undone as if its recipient had refused it.',
        },
        async () => {
          calls = await faults.firedCount('mail-down')
          const put = await admin.sendUntilAnswered('PUT', '/holds/mail', { reason: 'The mail service is down.' })
          claim('the hold is accepted', put.status, 201)
          for (const text of ['One.', 'Two.', 'Three.']) await ada.sendUntilAnswered('POST', comments, { body: text })
          const sagas = await until(
            'the waits',
            sagasOfBob,
            (all) => all.filter((saga) => saga.held || hasEnded(saga)).length === 3,
          )
          claim('they made no call', sagas.filter((saga) => saga.state !== 'parked').map(callsOf), [0, 0, 0])
          const waiting = (await admin.get('/sagas?heldFor=mail')).body.items as unknown[]
          claim('three sagas wait for the release', waiting.length, 3)
        },
      )
      await step(
        {
          do: 'The mail service is back. The admin releases it, twice, and resumes the notification that was parked.',
          shows: 'Every saga goes on over its fences and completes. Each mail is sent once.',
          without: 'A second release wakes a saga that is on its way, and its mail is sent twice.',
        },
        async () => {
          const { fired } = await faults.remove('mail-down')
          claim('nobody called the mail service while it was held', fired, calls)
          const released = await admin.sendUntilAnswered('DELETE', '/holds/mail')
          claim('the release is accepted', released.status, 200)
          const again = await admin.sendUntilAnswered('DELETE', '/holds/mail')
          claim('a second one finds nothing to release', again.status, 404)
          const parked = (await sagasOfBob()).find(({ state }) => state === 'parked')
          await admin.sendUntilAnswered('POST', `/sagas/${parked?.id}/resume`, {
            parkingId: String(parked?.parking?.id),
          })
          await untilIdle()
          const sagas = await sagasOfBob()
          claim(
            'all four are completed',
            sagas.map(({ state }) => state),
            Array(4).fill('completed'),
          )
          const mails = await mailIdsSentTo(target, address)
          note(`mails in the sink: ${mails.length}`)
          claim('four mails were sent, each once', [mails.length, new Set(mails).size], [4, 4])
        },
      )
    }),
)
