import { budgetNotReleased, emptyUndo } from '../proof/mutants/saga-mutants.ts'
import { commentAsAgent, openBouncingTicket } from './runner/context/bouncing-ticket.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { mailIdsSentTo } from './runner/context/mail-sink.ts'
import { scenario } from './runner/scenario.ts'

export const mailDown = scenario(
  'mail-down',
  'Mail is down, then mail is refused',
  {
    shows:
      'A saga retries through a temporary failure, and compensates after a definite refusal. It never ends half done.',
    guard: "the saga's fences, its retry policy, and an undo for every step before the mail",
    mutants: [
      { mutant: emptyUndo, breaks: [22] },
      { mutant: budgetNotReleased, breaks: [15] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, untilIdle, evidence }) => {
    const admin = person('root', 'admin')
    const ada = person('ada', 'agent')
    const bob = person('bob', 'customer')
    const address = `bob@${tenant}.example.com`
    const statesFor = async (recipient: string) => {
      const { sagas } = await evidence()
      return sagas.filter(({ value }) => value.recipient === recipient).map(({ value }) => value.state)
    }
    await step(
      {
        do: 'Bob has a ticket. An agent comments on it while the mail service is unavailable.',
        shows:
          'His notice is posted. The mail is retried with the same id until it is accepted; then the saga completes.',
        without: 'A notice whose mail never goes out. Or, if everything is simply retried, two notices.',
      },
      async () => {
        await admin.sendUntilAnswered('POST', '/users', { id: 'bob', role: 'customer', email: address })
        const { body } = await bob.sendUntilAnswered('POST', '/tickets', { title: 'Are you there?', body: 'Hello?' })
        await faults.set({
          name: 'mail-down',
          at: 'call',
          where: { service: 'ses', operation: 'SendRawEmail' },
          fault: { do: 'refuse', error: 'ServiceUnavailable', status: 503 },
          times: 2,
        })
        await ada.sendUntilAnswered('POST', `/tickets/${body.id}/comments`, { body: 'We are.' })
        await untilIdle()
        await faults.remove('mail-down')
        claim('his notification is completed', await statesFor('bob'), ['completed'])
        const mails = await mailIdsSentTo(target, address)
        note(`mails in the sink: ${mails.length}`)
        claim('one mail was accepted', mails.length, 1)
        claim('he has one notice', await countNotices(bob), 1)
      },
    )
    await step(
      {
        do: 'The mail service refuses Carla’s address. An agent comments on her ticket.',
        shows:
          'The refusal is definite, so the saga compensates: it withdraws the notice and releases the send budget.',
        without: 'She sees a notice that says she was mailed, and her company pays for a mail that never went out.',
      },
      async () => {
        const carla = person('carla', 'customer')
        const ticketId = await openBouncingTicket(person)
        await commentAsAgent(person, ticketId)
        await untilIdle()
        claim('her notification is compensated', await statesFor('carla'), ['compensated'])
        claim('no notice is left', await countNotices(carla), 0)
      },
    )
  },
)
