import { expect, it } from 'vitest'
import { Draft } from '../../app/restore/draft.ts'
import { recountResumptions } from '../../app/restore/recount-resumptions.ts'
import { type RestoredRows, restoredTables } from '../../app/restore/restored-tables.ts'
import { parseEvent } from '../../tables/events.ts'
import { allRows } from '../fixtures/dump.ts'
import { ParkedSagas } from '../sagas/parked-sagas.ts'

it('a resumption in restored tables counts the resumes that are kept, and no other', async () => {
  const sagas = new ParkedSagas()
  for (const id of ['s1', 's2', 's3']) await sagas.add(id)
  await sagas.request({})
  await sagas.request({})
  await sagas.run()
  const rows = {} as RestoredRows
  for (const table of restoredTables) rows[table] = await allRows(sagas.api.store, table)
  const events = Map.groupBy(rows.Events.map(parseEvent), ({ aggregate }) => aggregate.id)
  expect(events.delete('s2')).toBe(true)
  const draft = new Draft(rows)
  recountResumptions(draft, { kept: events, cut: [], refusals: [] })
  const counts = draft.all('Tickets').flatMap(({ sk, resumed }) => (sk === 'RESUMPTION' ? [Number(resumed)] : []))
  expect(counts.toSorted()).toEqual([0, 2])
  expect(draft.writes()).toHaveLength(1)
})
