import { everyRole } from '../../app/http/endpoint.ts'
import { userParams } from '../../app/http/path-params.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { toProblem } from '../../app/http/refusal-problems.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toUserResource, UserResource } from '../../app/http/user-resource.ts'
import { readRow } from '../../tables/read-row.ts'
import { userRow } from '../../tables/users.ts'

/** One user of the tenant. Customers see only themselves. */
export const getUser = readEndpoint('get-user', {
  summary: 'Get a user',
  roles: everyRole,
  params: userParams,
  async respond({ userId, caller: { tenant, actor } }, store) {
    const maySeeUser = actor.role !== 'customer' || actor.id === userId
    const user = maySeeUser ? await readRow(store, userRow(tenant, userId)) : undefined
    if (!user) throw toProblem({ why: 'not-found', what: 'user' })
    return jsonResponse(toUserResource(user), { version: user.version })
  },
  success: { status: 200, schema: UserResource },
})
