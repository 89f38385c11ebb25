import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { UserResource, userResource } from '../../app/http/user-resource.ts'
import { write } from '../../app/http/write.ts'
import * as domain from '../../domain/change-preferences.ts'
import { Channels } from '../../domain/user.ts'
import { userRow } from '../../tables/users.ts'

/** Says by which channels the caller isSubscribedTo to hear of tickets: all of them at once, none is left as it was. */
export const setPreferences = write('set-preferences', {
  summary: 'Chooses the channels by which one is told of tickets',
  roles: everyRole,
  body: z.strictObject({ channels: Channels }),
  aggregate: (_, { id }) => ({ type: 'user', id }),
  reads: (tenant, _, { id }) => ({ user: userRow(tenant, id) }),
  decide: domain.changePreferences,
  answer: (user) => json(userResource(user), { version: user.version }),
  success: { status: 200, schema: UserResource },
})
