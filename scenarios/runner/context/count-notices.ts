import type { Person } from './person.ts'

/** How many in-app notices a user has. */
export async function countNotices(user: Person): Promise<number> {
  const { body } = await user.get('/notices')
  return (body.items as unknown[]).length
}
