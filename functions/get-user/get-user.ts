import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { userParams } from '../../app/http/params.ts'
import { problemOf } from '../../app/http/problem.ts'
import { read } from '../../app/http/read.ts'
import { UserResource, userResource } from '../../app/http/user-resource.ts'
import { userRow } from '../../tables/users.ts'

/** One user of the tenant; customers see themselves only. */
export const getUser = read('get-user', {
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
