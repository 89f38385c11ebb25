import { requestKeyWithoutTenant } from '../proof/mutants/commit-mutants.ts'
import { statsWithoutTenant } from '../proof/mutants/delivery-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const twoTenantsSameKey = scenario(
  'two-tenants-same-key',
  'Two companies use the same key',
  {
    shows:
      'A key belongs to its tenant. Two companies with the same key, user and payload never see each other’s data.',
    guard: 'the tenant at the start of every key',
    mutants: [
      { mutant: requestKeyWithoutTenant, breaks: [8, 26] },
      { mutant: statsWithoutTenant, breaks: [7, 26] },
    ],
    targets: 'any',
  },
  async ({ tenant, otherTenant, person, step, claim, untilIdle, evidence }) => {
    const key = 'order-4711'
    const ticket = { title: 'Where is order 4711?', body: 'It has been a week.' }
    const carla = person('carla', 'customer', tenant)
    const namesake = person('carla', 'customer', otherTenant)
    let otherId = ''
    await step(
      {
        do: 'Carla of one company and Carla of another send the same ticket with the same key.',
        shows: 'Each gets a ticket of her own.',
        without: 'The second Carla gets the ticket of the first as her answer.',
      },
      async () => {
        const [first, second] = await Promise.all(
          [carla, namesake].map((customer) => customer.sendUntilAnswered('POST', '/tickets', ticket, key)),
        )
        claim(
          'both are answered 201, and neither answer is a replay',
          [first, second].map((reply) => [reply?.status, reply?.replayed]),
          [
            [201, false],
            [201, false],
          ],
        )
        claim('they are two different tickets', first?.body.id !== second?.body.id)
        otherId = String(second?.body.id)
      },
    )
    await step(
      {
        do: "The first Carla asks for the other company's ticket by its id.",
        shows: 'For her it does not exist. Even a 403 would reveal that it does.',
        without: 'Whoever finds an id in a log or a mail can open that ticket.',
      },
      async () => {
        claim('the API answers 404', (await carla.get(`/tickets/${otherId}`)).status, 404)
        await untilIdle()
        const { tickets } = await evidence()
        claim('each tenant has one ticket', new Set(tickets.map((ticket) => ticket.tenant)).size, 2)
      },
    )
  },
)
