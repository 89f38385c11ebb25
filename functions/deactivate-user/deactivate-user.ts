import * as domain from '../../domain/users.ts'
import { userRow } from '../../tables/tickets.ts'
import { json } from '../http/answer.ts'
import { admins } from '../http/endpoint.ts'
import { userParams } from '../http/params.ts'
import { UserResource, userResource } from '../http/user-resource.ts'
import { write } from '../http/write.ts'

/** Deactivates a user, who then can't write or be assigned any more; tickets assigned to them are unassigned. */
export const deactivateUser = write({
  operation: 'POST /users/{userId}/deactivation',
  summary: 'Deactivates a user',
  roles: admins,
  params: userParams,
  aggregate: ({ userId }) => ({ type: 'user', id: userId }),
  reads: (tenant, { userId }) => ({ user: userRow(tenant, userId) }),
  decide: domain.deactivateUser,
  answer: (user) => json(userResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
