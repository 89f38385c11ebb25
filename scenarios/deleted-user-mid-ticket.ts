import { nobodyUnassigns } from '../proof/mutants/delivery-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const deletedUserMidTicket = scenario(
  'deleted-user-mid-ticket',
  'An agent leaves in the middle of a ticket',
  {
    shows: "When an agent is deactivated, no ticket stays with someone who can't work on it, and no reference dangles.",
    guard: 'a consumer of its own that unassigns, and user rows that are never removed',
    mutant: nobodyUnassigns,
    invariants: [1, 3, 6, 28],
    targets: 'embedded',
  },
  async ({ tenant, person, faults, step, claim, untilIdle }) => {
    const admin = person('root', 'admin')
    const ada = person('ada', 'agent')
    const carla = person('carla', 'customer')
    let id = ''
    const assignee = async () => (await admin.get(`/tickets/${id}`)).body.assignee ?? null
    await step(
      {
        do: 'Ada has a ticket. She is deactivated while the consumer that would take it from her is cut off.',
        shows: 'The deactivation is accepted at once: it waits for nothing and locks no ticket.',
      },
      async () => {
        await admin.sendUntilAnswered('POST', '/users', { id: 'ada', role: 'agent' })
        id = String(
          (await carla.sendUntilAnswered('POST', '/tickets', { title: 'My bill', body: 'Is too high.' })).body.id,
        )
        await admin.sendUntilAnswered('PUT', `/tickets/${id}/assignee`, { userId: 'ada' })
        await untilIdle()
        const consumer = { function: '*-unassign-tickets', key: `*${tenant}*` }
        await faults.set({ name: 'consumer-cut-off', at: 'invocation', where: consumer, fault: { do: 'hold' } })
        claim(
          'the deactivation is answered 200',
          (await admin.sendUntilAnswered('POST', '/users/ada/deactivation')).status,
          200,
        )
        claim('the ticket still is hers', await assignee(), 'ada')
      },
    )
    await step(
      {
        do: 'Ada, still signed in, comments; the admin gives her another ticket.',
        shows: 'Both are refused: the token says agent, the user row says deactivated.',
        without: 'whoever was let go goes on until the token ends.',
      },
      async () => {
        const comment = await ada.send('POST', `/tickets/${id}/comments`, { body: 'I am still here.' })
        claim('her comment is refused with 403', comment.status, 403)
        const other = await carla.sendUntilAnswered('POST', '/tickets', { title: 'My parcel', body: 'Is lost.' })
        const given = await admin.send('PUT', `/tickets/${other.body.id}/assignee`, { userId: 'ada' })
        claim('and so is a new ticket for her', (given.status ?? 0) >= 400, true)
      },
    )
    await step(
      {
        do: 'The consumer comes back.',
        shows:
          'It finds her tickets and unassigns them, by the same path of writing as a person, with a reason in the history.',
        without: 'the ticket waits for somebody who will never come back.',
      },
      async () => {
        await faults.lift('consumer-cut-off')
        await untilIdle()
        claim('the ticket is nobody’s', await assignee(), null)
        const { items } = (await admin.get(`/tickets/${id}/events`)).body as { items: { type: string }[] }
        claim(
          'its history says so',
          items.some(({ type }) => type === 'ticket.unassigned'),
        )
      },
    )
  },
)
