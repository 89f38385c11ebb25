import { noVersionCondition } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

const writers = 50

export const hotTicket = scenario(
  'hot-ticket',
  'Fifty people write to one ticket at once',
  {
    shows: 'Fifty concurrent writers of one ticket lose no update and leave no gap in its history.',
    guard: "the condition on the ticket's version in each transaction",
    mutant: noVersionCondition,
    invariants: [2, 3, 5, 7, 8],
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
        do: 'Five agents write ten comments each, all fifty at the same time; who is told "not now" tries again with the same key.',
        shows:
          'Each comment found a version of its own: DynamoDB refused those that came second, and they decided again.',
        without: 'writers overwrite each other: comments without events, events with one number, versions that lie.',
      },
      async () => {
        const agents = Array.from({ length: 5 }, (_, index) => person(`agent-${index}`, 'agent'))
        const replies = await Promise.all(
          Array.from({ length: writers }, async (_, index) => {
            const agent = agents[index % agents.length] ?? carla
            return agent.sendUntilAnswered('POST', `/tickets/${id}/comments`, { body: `Comment ${index}` })
          }),
        )
        claim('all fifty are answered 201', replies.filter(({ status }) => status === 201).length, writers)
        const { tickets, messages, events } = await evidence()
        const [ticket] = tickets
        const seqs = events.get(ticket?.pk ?? '')?.map(({ seq }) => seq)
        note(`version ${ticket?.value.version}, ${messages.length} messages`)
        claim('the version is 51', ticket?.value.version, 1 + writers)
        claim(
          'events 1 to 51 are there',
          seqs,
          Array.from({ length: 1 + writers }, (_, index) => index + 1),
        )
        claim('and 51 messages', messages.length, 1 + writers)
      },
    )
    await step({ do: 'Everything that follows from fifty comments is waited for.' }, async () => {
      await untilIdle()
      note(`${(await evidence()).sagas.length} notifications`)
    })
  },
)
