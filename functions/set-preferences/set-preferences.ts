import * as z from 'zod'
import * as domain from '../../domain/preferences.ts'
import { Channels } from '../../domain/user.ts'
import { userRow } from '../../tables/tickets.ts'
import { json } from '../http/answer.ts'
import { everyRole } from '../http/endpoint.ts'
import { UserResource, userResource } from '../http/user-resource.ts'
import { write } from '../http/write.ts'

/** Says by which channels the caller wants to hear of tickets: all of them at once, none is left as it was. */
export const setPreferences = write({
  operation: 'PUT /users/me/preferences',
  summary: 'Chooses the channels by which one is told of tickets',
  roles: everyRole,
  body: z.strictObject({ channels: Channels }),
  aggregate: (_, { id }) => ({ type: 'user', id }),
  reads: (tenant, _, { id }) => ({ user: userRow(tenant, id) }),
  decide: domain.changePreferences,
  answer: (user) => json(userResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
