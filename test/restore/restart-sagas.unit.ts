import { beforeAll, describe, expect, it } from 'vitest'
import { Draft } from '../../app/restore/draft.ts'
import { restartSagas } from '../../app/restore/restart-sagas.ts'
import { type RestoredRows, restoredTables } from '../../app/restore/restored-tables.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Row } from '../../tables/store.ts'
import { admin, agent, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { RestoredSystem } from './restored-system.ts'

describe('a mail that is known to have been sent, and whose fence the restore has lost', () => {
  const system = new RestoredSystem(1)
  let sent: Row

  beforeAll(async () => {
    const { api } = system
    await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', email: 'carla@example.com' } })
    const ticketId = await api.openTicket(customer)
    await api.call(agent, addComment, { params: { ticketId }, body: { body: 'On its way.' } })
    await system.settle()
    const fences = await allRows(system.past, 'StepKeys')
    sent = fences.find(({ step, state }) => step === 'mail' && state === 'done') as Row
    expect(sent).toBeDefined()
  })

  /** The fence of the mail after the repair of tables without the rows that `isLost` names. */
  async function fenceAfter(isLost: (row: Row) => boolean, sentIds: readonly string[]): Promise<Row | undefined> {
    const rows = {} as RestoredRows
    for (const table of restoredTables)
      rows[table] = (await allRows(system.past, table)).filter(
        (row) => !['StepKeys', 'Sagas'].includes(table) || !isLost(row),
      )
    const kept = Map.groupBy(rows.Events.map(parseEvent), (_, index) => String(rows.Events[index]?.pk))
    const at = new Date(system.runtime.now()).toISOString()
    const draft = new Draft(rows)
    restartSagas(draft, { kept, cut: [], refusals: [] }, { restoredTo: at, lostFrom: at, sentIds })
    return draft.get('StepKeys', { pk: String(sent.pk), sk: String(sent.sk) })
  }

  it.each<[string, (row: Row) => boolean]>([
    ['its saga begins anew', (row) => row.pk === sent.pk && row.sk === sent.sk],
    ['its saga is lost as well', (row) => row.pk === sent.pk],
  ])('is not sent again when %s: its fence is written', async (_, isLost) => {
    expect(await fenceAfter(isLost, [String(sent.sagaId)])).toMatchObject({ state: 'done', step: 'mail' })
    expect(await fenceAfter(isLost, [])).toBeUndefined()
  })
})
