import { eventAfterCommit } from '../proof/mutants/commit-mutants.ts'
import { newMailIdPerAttempt } from '../proof/mutants/saga-mutants.ts'
import { countNotices } from './runner/context/count-notices.ts'
import { mailIdsSentTo } from './runner/context/mail-sink.ts'
import { scenario } from './runner/scenario.ts'

export const wholeStackDies = scenario(
  'whole-stack-dies',
  'Everything dies mid-commit, then mid-saga',
  {
    shows:
      'When everything dies at once, what was committed is still there, what was under way continues, and nothing is done twice.',
    guard: 'one transaction for key, ticket, event and outbox row, and a fence for every step of a saga',
    mutants: [
      { mutant: eventAfterCommit, breaks: [6, 8] },
      { mutant: newMailIdPerAttempt, breaks: [22] },
    ],
    targets: 'own',
  },
  async ({ target, tenant, person, faults, restart, step, claim, note, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const address = `carla@${tenant}.example.com`
    const key = crypto.randomUUID()
    const send = () => carla.send('POST', '/tickets', { title: 'No power', body: 'In the whole street.' }, key)
    await step(
      {
        do: 'Carla opens a ticket. The moment the database has committed it, everything is killed with kill -9: gateway, functions, relay, queues, state machines, database. Then it is started again.',
        shows: 'The ticket is there, and so is its event: a transaction is committed completely or not at all.',
        without: 'A ticket that no subscriber ever learns about, or an event about a ticket that does not exist.',
      },
      async () => {
        await person('root', 'admin').sendUntilAnswered('POST', '/users', {
          id: 'carla',
          role: 'customer',
          email: address,
        })
        const where = {
          service: 'dynamodb',
          operation: 'TransactWriteItems',
          key: `TENANT#${tenant}#REQUEST#POST /tickets#*`,
        }
        const kill = { do: 'kill', what: 'stack', moment: 'after' } as const
        await faults.set({ name: 'dies-after-commit', at: 'call', where, fault: kill })
        // A retryable refusal committed nothing, so the rule has not fired yet: she tries again.
        const { status = null } = await until(
          'the stack to be killed',
          send,
          (reply) => !reply.retryable || reply.status === undefined,
        )
        claim('Carla gets no answer', status, null)
        await restart()
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
    let id = ''
    await step(
      {
        do: 'Carla does not know what happened, and sends her request again.',
        shows: 'She gets the answer that died with the machine, and the event still reaches every subscriber.',
        without: 'A second ticket, and a first one that nobody works on.',
      },
      async () => {
        const { status, replayed, body } = await carla.sendUntilAnswered(
          'POST',
          '/tickets',
          { title: 'No power', body: 'In the whole street.' },
          key,
        )
        id = String(body.id)
        claim('the answer is 201, as a replay', [status, replayed], [201, true])
        await untilIdle()
        claim('there is still only one ticket', (await evidence()).tickets.length, 1)
      },
    )
    await step(
      {
        do: 'An agent comments. The moment the mail to Carla has been accepted, before her saga knows, everything is killed and started again.',
        shows:
          'The execution continues where it was. It cannot know whether the mail went out, so it sends it again, with the same id.',
        without: 'A saga that nobody remembers: a notice without its mail, and a budget that nobody releases.',
      },
      async () => {
        const where = { service: 'ses', operation: 'SendRawEmail', key: address }
        const kill = { do: 'kill', what: 'stack', moment: 'after' } as const
        await faults.set({ name: 'dies-after-mail', at: 'call', where, fault: kill })
        await person('ada', 'agent').sendUntilAnswered('POST', `/tickets/${id}/comments`, { body: 'We are on it.' })
        await restart()
        await untilIdle()
        const states = (await evidence()).sagas.map(({ value }) => value.state)
        claim('her notification is completed', states, ['completed'])
        claim('she has one notice', await countNotices(carla), 1)
        const mails = await mailIdsSentTo(target, address)
        note(`mails in the sink: ${mails.length}`)
        claim('every mail to her has the same id', new Set(mails).size, 1)
      },
    )
  },
)
