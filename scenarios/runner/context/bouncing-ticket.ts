import type { ScenarioContext } from './scenario-context.ts'

/** Creates Carla, whose address the mail service refuses, and opens a ticket of hers, of which it returns the id. */
export async function openBouncingTicket(person: ScenarioContext['person']): Promise<string> {
  const user = { id: 'carla', role: 'customer', email: 'carla@bounce.example.com' }
  await person('root', 'admin').sendUntilAnswered('POST', '/users', user)
  const ticket = { title: 'Can you hear me?', body: 'Hello?' }
  const { body } = await person('carla', 'customer').sendUntilAnswered('POST', '/tickets', ticket)
  return String(body.id)
}

/** Has an agent comment on a ticket, which starts a notification of its customer. */
export async function commentAsAgent(person: ScenarioContext['person'], ticketId: string): Promise<void> {
  await person('ada', 'agent').sendUntilAnswered('POST', `/tickets/${ticketId}/comments`, { body: 'Yes.' })
}
