import { deactivateWithoutUnassigning, unassignBehindTheWritePath } from '../proof/mutants/delivery-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const deletedUserMidTicket = scenario(
  'deleted-user-mid-ticket',
  'An agent leaves in the middle of a ticket',
  {
    shows:
      'When an agent is deactivated, no ticket stays with someone who cannot work on it, and no reference dangles.',
    guard: 'a consumer that unassigns the tickets, and user rows that are never deleted',
    mutants: [
      { mutant: deactivateWithoutUnassigning, breaks: [28] },
      { mutant: unassignBehindTheWritePath, breaks: [3] },
    ],
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
        do: 'A ticket is assigned to Ada. She is deactivated while the consumer that would unassign it is cut off.',
        shows: 'The deactivation succeeds at once: it waits for nothing, and locks no ticket.',
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
        claim('the ticket is still assigned to her', await assignee(), 'ada')
      },
    )
    await step(
      {
        do: 'Ada, still signed in, writes a comment. The admin assigns another ticket to her.',
        shows: 'Both are refused: her token says agent, but her user row says deactivated.',
        without: 'Whoever was dismissed keeps working until the token expires.',
      },
      async () => {
        const comment = await ada.send('POST', `/tickets/${id}/comments`, { body: 'I am still here.' })
        claim('her comment is refused with 403', comment.status, 403)
        const other = await carla.sendUntilAnswered('POST', '/tickets', { title: 'My parcel', body: 'Is lost.' })
        const assignment = await admin.send('PUT', `/tickets/${other.body.id}/assignee`, { userId: 'ada' })
        claim('so is the assignment', (assignment.status ?? 0) >= 400, true)
      },
    )
    await step(
      {
        do: 'The consumer comes back.',
        shows:
          'It finds her tickets and unassigns them through the same write path that people use, with a reason in the history.',
        without: 'The ticket waits for someone who will never come back.',
      },
      async () => {
        await faults.remove('consumer-cut-off')
        await untilIdle()
        claim('the ticket is unassigned', await assignee(), null)
        const { items } = (await admin.get(`/tickets/${id}/events`)).body as { items: { type: string }[] }
        claim(
          'its history says so',
          items.some(({ type }) => type === 'ticket.unassigned'),
        )
      },
    )
  },
)
