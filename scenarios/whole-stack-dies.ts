import { eventAfterCommit } from '../proof/mutants/commit-mutants.ts'
import { mailIdsSentTo } from './runner/context/mail-sink.ts'
import { scenario } from './runner/scenario.ts'

export const wholeStackDies = scenario(
  'whole-stack-dies',
  'Everything dies in mid-commit, then in mid-saga',
  {
    shows:
      'When everything dies at once, what was committed is there, what was under way goes on, and nothing is done twice.',
    guard: 'one transaction for key, ticket, event and outbox row; a fence for each step of a saga',
    mutant: eventAfterCommit,
    invariants: [6, 8, 9, 12, 15, 22],
    targets: 'own',
  },
  async ({ target, tenant, person, faults, restart, step, claim, note, until, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    const address = `carla@${tenant}.example.com`
    const key = crypto.randomUUID()
    const send = () => carla.send('POST', '/tickets', { title: 'No power', body: 'In the whole street.' }, key)
    await step(
      {
        do: 'Carla opens a ticket. When the database has committed it, and before anyone hears of it, everything is killed with -9: gateway, functions, relay, queues, state machines, database. Then it is started again.',
        shows: 'The ticket is there, with its event: a commit is whole, or it is not.',
        without: 'a ticket that no subscriber will ever hear of, or an event of a ticket that is not there.',
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
        const death = { do: 'kill', what: 'stack', moment: 'after' } as const
        await faults.set({ name: 'dies-after-commit', at: 'call', where, fault: death })
        // An answer that says "not now" is no answer: she asks again.
        const { status = null } = await until(
          'the death',
          send,
          (reply) => !reply.retryable || reply.status === undefined,
        )
        claim('nobody answers Carla', status, null)
        await restart()
        claim('one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
    let id = ''
    await step(
      {
        do: 'Carla, who does not know, sends her request again.',
        shows: 'She gets the answer that died with the machine; the event reaches every subscriber all the same.',
        without: 'a second ticket, and a first one that nobody works on.',
      },
      async () => {
        const { status, replayed, body } = await carla.sendUntilAnswered(
          'POST',
          '/tickets',
          { title: 'No power', body: 'In the whole street.' },
          key,
        )
        id = String(body.id)
        claim('the answer is 201, and a replay', [status, replayed], [201, true])
        await untilIdle()
        claim('still one ticket is stored', (await evidence()).tickets.length, 1)
      },
    )
    await step(
      {
        do: 'An agent comments. When the mail to Carla has been accepted, and before her saga knows, everything is killed again, and started again.',
        shows:
          'The execution goes on where it was. Whether the mail went out is not known, so it goes once more, with the same id.',
        without: 'a saga that nobody remembers: a notice without its mail, and a budget that nobody releases.',
      },
      async () => {
        const where = { service: 'ses', operation: 'SendRawEmail', key: address }
        const death = { do: 'kill', what: 'stack', moment: 'after' } as const
        await faults.set({ name: 'dies-after-mail', at: 'call', where, fault: death })
        await person('ada', 'agent').sendUntilAnswered('POST', `/tickets/${id}/comments`, { body: 'We are on it.' })
        await restart()
        await untilIdle()
        const states = (await evidence()).sagas.map(({ value }) => value.state)
        claim('her notification is completed', states, ['completed'])
        claim('one notice is there', ((await carla.get('/notices')).body.items as unknown[]).length, 1)
        const mails = await mailIdsSentTo(target, address)
        note(`${mails.length} mails in the sink`)
        claim('every mail to her has one id', new Set(mails).size, 1)
      },
    )
  },
)
