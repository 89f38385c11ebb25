import { confirmWithoutLooking, noUnconfirmedRow } from '../proof/mutants/delivery-mutants.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { invokeNow } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

/** Longer than the reconciler leaves a published event to the queues. */
const agedMs = 16 * 60_000

export const queueLosesAMessage = scenario(
  'queue-loses-a-message',
  'A queue accepts a message and loses it',
  {
    shows: 'An event that every queue has accepted still reaches a subscriber whose queue has lost it.',
    guard: 'a row for each published event, deleted only when every subscriber has stored that it handled the event',
    mutants: [
      { mutant: noUnconfirmedRow, breaks: [6, 19] },
      { mutant: confirmWithoutLooking, breaks: [6, 19] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, until, untilIdle, evidence }) => {
    const ada = person('ada', 'agent')
    const carla = person('carla', 'customer')
    const counts = async () => (await ada.get('/stats')).body.counts as Record<string, number>
    const unconfirmed = async () => (await evidence()).unconfirmed
    let id = ''
    await step({ do: 'Carla opens a ticket. Ada is an agent.' }, async () => {
      id = String((await carla.sendUntilAnswered('POST', '/tickets', { title: 'No heating', body: 'At all.' })).body.id)
      await ada.sendUntilAnswered('PUT', '/users/me/preferences', { channels: { inApp: true, email: false } })
      await untilIdle()
    })
    await step(
      {
        do: 'Ada starts work on it. The queues of the consumers that count tickets and start notifications accept the event, and then someone purges them.',
        shows: 'The outbox is empty: as far as the relay knows, everything is delivered.',
        without: 'The count is wrong and Carla is not told, and no error, dead letter or alarm says so.',
      },
      async () => {
        const purged = ['project-views', 'start-saga']
        for (const name of purged) {
          const where = { function: `*-${name}`, key: `*${tenant}*` }
          await faults.set({ name: `${name}-purged`, at: 'invocation', where, fault: { do: 'lose' } })
        }
        await ada.sendUntilAnswered('POST', `/tickets/${id}/transitions`, { to: 'in_progress', reason: 'On my way' })
        for (const name of purged) {
          await until(
            'the loss',
            () => faults.firedCount(`${name}-purged`),
            (count) => count > 0,
          )
          await faults.remove(`${name}-purged`)
        }
        await until('the relay', evidence, ({ outbox }) => outbox.length === 0)
        claim('the ticket is counted as open', (await counts()).open, 1)
        claim('Carla has no notice', await countNotices(carla), 0)
      },
    )
    await step(
      {
        do: 'A quarter of an hour later the reconciler looks for published events that nobody has confirmed. (We date them back instead of waiting.)',
        shows:
          'It finds that neither subscriber has handled the event. The counting consumer catches up from the log, and the notification is started.',
      },
      async () => {
        const publishedAt = new Date(Date.now() - agedMs).toISOString()
        for (const { pk, sk } of await unconfirmed())
          await target.store.write({ kind: 'update', table: 'Unconfirmed', key: { pk, sk }, set: { publishedAt } })
        await invokeNow(target, target.outputs.ReconcileConsumersFunction)
        await untilIdle()
        claim('the ticket is counted as in progress', (await counts()).in_progress, 1)
        claim('Carla has one notice', await countNotices(carla), 1)
        const left = (await unconfirmed()).filter(({ value }) => value.publishedAt === publishedAt)
        claim('every one of these events is confirmed', left.length, 0)
      },
    )
  },
)
