import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { userParams } from '../../app/http/params.ts'
import { problemOf } from '../../app/http/problem.ts'
import { read } from '../../app/http/read.ts'
import { UserResource, userResource } from '../../app/http/user-resource.ts'
import { readRow } from '../../tables/read-row.ts'
import { userRow } from '../../tables/users.ts'

/** One user of the tenant; customers see themselves only. */
export const getUser = read('get-user', {
  summary: 'Reads a user',
  roles: everyRole,
  params: userParams,
  async answer({ userId, caller: { tenant, actor } }, store) {
    const maySeeUser = actor.role !== 'customer' || actor.id === userId
    const user = maySeeUser ? await readRow(store, userRow(tenant, userId)) : undefined
    if (!user) throw problemOf({ why: 'not-found', what: 'user' })
    return json(userResource(user), { version: user.version })
  },
  success: { status: 200, schema: UserResource },
})
