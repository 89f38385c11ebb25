import { userRow } from '../../tables/tickets.ts'
import { json } from '../http/answer.ts'
import { everyRole } from '../http/endpoint.ts'
import { userParams } from '../http/params.ts'
import { problemOf } from '../http/problem.ts'
import { read } from '../http/read.ts'
import { UserResource, userResource } from '../http/user-resource.ts'

/** One user of the tenant; customers see themselves only. */
export const getUser = read({
  operation: 'GET /users/{userId}',
  summary: 'Reads a user',
  roles: everyRole,
  params: userParams,
  async answer({ userId, caller: { tenant, actor } }, store) {
    const wanted = userRow(tenant, userId)
    const row = actor.role === 'customer' && actor.id !== userId ? undefined : await store.get(wanted)
    if (!row) throw problemOf({ why: 'not-found', what: 'user' })
    const user = wanted.parse(row)
    return json(userResource(user), { version: user.version })
  },
  success: { status: 200, schema: UserResource },
})
