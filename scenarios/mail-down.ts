import { noticeIsNotWithdrawn } from '../proof/mutants/saga-mutants.ts'
import { mailIdsSentTo } from './runner/context/mail-sink.ts'
import { scenario } from './runner/scenario.ts'

export const mailDown = scenario(
  'mail-down',
  'A part fails: mail is down, then mail is refused',
  {
    shows:
      'A saga waits out what may pass, and undoes itself when something is refused for good: it never ends half done.',
    guard: "the saga's fences, its retry policy, and an undo for every step before the mail",
    mutant: noticeIsNotWithdrawn,
    invariants: [15, 19, 22],
    targets: 'embedded',
  },
  async ({ target, tenant, person, faults, step, claim, note, untilIdle, evidence }) => {
    const admin = person('root', 'admin')
    const ada = person('ada', 'agent')
    const bob = person('bob', 'customer')
    const address = `bob@${tenant}.example.com`
    const endOf = async (recipient: string) => {
      const { sagas } = await evidence()
      return sagas.filter(({ value }) => value.recipient === recipient).map(({ value }) => value.state)
    }
    await step(
      {
        do: 'Bob has a ticket; an agent comments on it while the mail service answers that it is unavailable.',
        shows:
          'His notice is posted; the mail is tried again by its policy, under the same id, until it is accepted: the saga completes.',
        without: 'a notice without its mail for ever, or, with a naive retry of everything, two notices.',
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
        await faults.lift('mail-down')
        claim('his notification is completed', await endOf('bob'), ['completed'])
        const mails = await mailIdsSentTo(target, address)
        note(`${mails.length} mail in the sink`)
        claim('one mail was accepted', mails.length, 1)
        claim('one notice is there', ((await bob.get('/notices')).body.items as unknown[]).length, 1)
      },
    )
    await step(
      {
        do: 'Carla has an address that the mail service refuses, and an agent comments on her ticket.',
        shows: 'The refusal is definite, so the saga goes back: the notice is withdrawn and the send budget released.',
        without: 'she sees a notice that says she was mailed, and her company pays for a mail that never went out.',
      },
      async () => {
        const carla = person('carla', 'customer')
        await admin.sendUntilAnswered('POST', '/users', {
          id: 'carla',
          role: 'customer',
          email: 'carla@bounce.example.com',
        })
        const { body } = await carla.sendUntilAnswered('POST', '/tickets', {
          title: 'Can you hear me?',
          body: 'Hello?',
        })
        await ada.sendUntilAnswered('POST', `/tickets/${body.id}/comments`, { body: 'Yes.' })
        await untilIdle()
        claim('her notification is compensated', await endOf('carla'), ['compensated'])
        claim('no notice is left', ((await carla.get('/notices')).body.items as unknown[]).length, 0)
      },
    )
  },
)
