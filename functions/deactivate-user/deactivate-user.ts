import { json } from '../../app/http/answer.ts'
import { admins } from '../../app/http/endpoint.ts'
import { userParams } from '../../app/http/params.ts'
import { UserResource, userResource } from '../../app/http/user-resource.ts'
import { write } from '../../app/http/write.ts'
import * as domain from '../../domain/deactivate-user.ts'
import { userRow } from '../../tables/users.ts'

/** Deactivates a user, who then can't write or be assigned any more; tickets assigned to them are unassigned. */
export const deactivateUser = write('deactivate-user', {
  summary: 'Deactivates a user',
  roles: admins,
  params: userParams,
  aggregate: ({ userId }) => ({ type: 'user', id: userId }),
  reads: (tenant, { userId }) => ({ user: userRow(tenant, userId) }),
  decide: domain.deactivateUser,
  answer: (user) => json(userResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
