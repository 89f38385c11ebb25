import { lastWriteWins } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

const comments = 50

export const hotTicket = scenario(
  'hot-ticket',
  'Fifty comments on one ticket at the same time',
  {
    shows: 'Fifty concurrent writes to one ticket lose no update, and leave no gap in its history.',
    guard: 'the version check in every transaction',
    mutants: [{ mutant: lastWriteWins, breaks: [8] }],
    targets: 'any',
  },
  async ({ person, step, claim, note, untilIdle, evidence }) => {
    const carla = person('carla', 'customer')
    let id = ''
    await step({ do: 'Carla opens a ticket about an outage.' }, async () => {
      id = String(
        (await carla.sendUntilAnswered('POST', '/tickets', { title: 'Nothing works', body: 'At all.' })).body.id,
      )
    })
    await step(
      {
        do: 'Five agents write ten comments each, all fifty at the same time. Whoever gets a retryable error tries again with the same key.',
        shows:
          'Every comment gets a version of its own. DynamoDB refuses each one that comes second; the function reads the ticket again and decides anew.',
        without:
          'Writers overwrite each other: comments that were acknowledged are gone, and their events with them. What is left looks consistent.',
      },
      async () => {
        const agents = Array.from({ length: 5 }, (_, index) => person(`agent-${index}`, 'agent'))
        const replies = await Promise.all(
          Array.from({ length: comments }, async (_, index) => {
            const agent = agents[index % agents.length] ?? carla
            return agent.sendUntilAnswered('POST', `/tickets/${id}/comments`, { body: `Comment ${index}` })
          }),
        )
        claim('all fifty are answered 201', replies.filter(({ status }) => status === 201).length, comments)
        const { tickets, messages, events } = await evidence()
        const [ticket] = tickets
        const seqs = events.get(ticket?.pk ?? '')?.map(({ seq }) => seq)
        note(`version ${ticket?.value.version}, ${messages.length} messages`)
        claim('the version is 51', ticket?.value.version, 1 + comments)
        claim(
          'events 1 to 51 are stored',
          seqs,
          Array.from({ length: 1 + comments }, (_, index) => index + 1),
        )
        claim('so are 51 messages', messages.length, 1 + comments)
      },
    )
    await step({ do: 'We wait for everything that the fifty comments trigger.' }, async () => {
      await untilIdle()
      note(`${(await evidence()).sagas.length} notifications`)
    })
  },
)
