import { sharedRequestKeys } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const twoTenantsSameKey = scenario(
  'two-tenants-same-key',
  'Two companies use the same key',
  {
    shows: 'A key belongs to its tenant: two companies with the same key, user and payload never meet.',
    guard: 'the tenant at the beginning of every key',
    mutant: sharedRequestKeys,
    invariants: [9, 26],
    targets: 'any',
  },
  async ({ tenant, otherTenant, person, step, claim, untilIdle, evidence }) => {
    const key = 'order-4711'
    const ticket = { title: 'Where is order 4711?', body: 'It has been a week.' }
    const carla = person('carla', 'customer', tenant)
    const namesake = person('carla', 'customer', otherTenant)
    let theirs = ''
    await step(
      {
        do: 'Carla of one company and Carla of another send the same ticket under the same key.',
        shows: 'Each gets a ticket of her own.',
        without: "the second Carla would be answered with the first one's ticket.",
      },
      async () => {
        const [first, second] = await Promise.all(
          [carla, namesake].map((one) => one.sendUntilAnswered('POST', '/tickets', ticket, key)),
        )
        claim(
          'both are answered 201, neither as a replay',
          [first, second].map((one) => [one?.status, one?.replayed]),
          [
            [201, false],
            [201, false],
          ],
        )
        claim('the tickets are two', first?.body.id !== second?.body.id)
        theirs = String(second?.body.id)
      },
    )
    await step(
      {
        do: "The first Carla asks for the other company's ticket by its id.",
        shows: 'It is not there for her, not even as a refusal.',
        without: 'ids that leak through a log or a mail would open any ticket.',
      },
      async () => {
        claim('it reads 404', (await carla.get(`/tickets/${theirs}`)).status, 404)
        await untilIdle()
        const { tickets } = await evidence()
        claim('each tenant has one ticket', new Set(tickets.map((one) => one.tenant)).size, 2)
      },
    )
  },
)
