import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { HoldResource } from '../../app/http/hold-resource.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { readRow } from '../../tables/read-row.ts'
import { holdsRow } from '../../tables/settings.ts'

const HoldList = z.strictObject({ items: z.array(HoldResource) }).meta({
  id: 'HoldList',
  description: 'What the tenant holds, the oldest first. `GET /sagas?heldFor=` lists who waits.',
})

/** What the tenant holds: few, so all at once. */
export const listHolds = readEndpoint('list-holds', {
  summary: 'List the held dependencies',
  roles: admins,
  async respond({ caller: { tenant } }, store) {
    const stored = await readRow(store, holdsRow(tenant))
    return jsonResponse({ items: stored?.holds ?? [] })
  },
  success: { status: 200, schema: HoldList },
})
