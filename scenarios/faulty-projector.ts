import { gatherAll } from '../proof/check/gather.ts'
import { historyIsChained } from '../proof/check/history.ts'
import { foldEqualsHeader } from '../proof/check/tickets.ts'
import { brokenInvariants } from '../proof/damage/broken-invariants.ts'
import { collectDamage } from '../proof/damage/scope-damage.ts'
import { countWithoutLeaving, firstGenerationOnly } from '../proof/mutants/delivery-mutants.ts'
import { operateStats } from '../proof/views/operate-stats.ts'
import { readRow } from '../tables/read-row.ts'
import { statsRow, viewShard } from '../tables/views.ts'
import { scenario } from './runner/scenario.ts'

export const faultyProjector = scenario(
  'faulty-projector',
  'A bug corrupted the read models last Tuesday',
  {
    shows:
      'A read model that a faulty projection has made wrong is found, and built again from the log beside traffic, without a wrong answer in between.',
    guard: 'an append-only log, projections without any effect but their rows, and generations of which one is live',
    mutants: [
      { mutant: firstGenerationOnly, breaks: [23] },
      { mutant: countWithoutLeaving, breaks: [23] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, step, claim, note, untilIdle, evidence, repairWhenStopped }) => {
    const { store } = target
    const carla = person('carla', 'customer')
    const ada = person('ada', 'agent')
    const since = Date.now()
    const open = async () =>
      String((await carla.sendUntilAnswered('POST', '/tickets', { title: 'Refund', body: 'Please.' })).body.id)
    const resolve = (id: string) =>
      ada.sendUntilAnswered('POST', `/tickets/${id}/transitions`, { to: 'resolved', reason: 'Refunded' })
    const counts = async () => {
      const { open: opened, resolved } = (await ada.get('/stats')).body.counts as { open: number; resolved: number }
      return { open: opened, resolved }
    }
    const stats = operateStats(store)
    /** Rows of this tenant only: other tenants of the stack have no fault. */
    const wrongRows = async () =>
      brokenInvariants(await gatherAll(target), [23]).elsewhere.filter(({ subject }) => subject.includes(`#${tenant}#`))
    /** Takes the fault out of a row, which may have counted further events since. */
    const correct = async (row: ReturnType<typeof statsRow>): Promise<void> => {
      const counted = await readRow(store, row)
      if (!counted) return
      const { counts, seq } = counted
      const right = { ...counts, open: counts.open - 1, resolved: counts.resolved + 1 }
      const when = { attribute: 'seq', equals: seq } as const
      const { table, key } = row
      const { status } = await store.write({ kind: 'update', table, key, set: { counts: right }, when })
      if (status === 'condition-failed') await correct(row)
    }
    let [first, second] = ['', '']
    await step({ do: 'Carla opens three tickets, and Ada resolves one.' }, async () => {
      first = await open()
      second = await open()
      await open()
      await resolve(first)
      await untilIdle()
      claim('the counts are right', await counts(), { open: 2, resolved: 1 })
    })
    await step(
      {
        do: 'A release with a fault in its projection counts the resolved ticket as open. (We store what it would have stored, and go on with the right release.)',
        shows: 'The check names the row, what it is and what it should be. Tickets and events are as they were.',
        without: 'A wrong number that nobody can tell from a right one.',
      },
      async () => {
        const row = statsRow(tenant, viewShard(first), await stats.liveGeneration())
        const counted = await readRow(store, row)
        if (!counted) throw new Error('the ticket is not counted')
        const wrong = { ...counted.counts, open: counted.counts.open + 1, resolved: 0 }
        await store.write({ kind: 'update', table: row.table, key: row.key, set: { counts: wrong } })
        repairWhenStopped(() => correct(row))
        claim('users get wrong counts', await counts(), { open: 3, resolved: 0 })
        claim('one row is not what the events make of it', (await wrongRows()).length, 1)
        const stored = await evidence()
        claim(
          'the log and the tickets are right',
          [...foldEqualsHeader.violations(stored), ...historyIsChained.violations(stored)].length,
          0,
        )
      },
    )
    await step(
      {
        do: 'Before anybody repairs, the operator scopes the damage: npm run damage -- --where invariant=23.',
        shows: 'No event is wrong, so nothing was decided or sent on a wrong fact: the read model can be built again.',
      },
      async () => {
        const { includes } = brokenInvariants(await gatherAll(target), [23])
        const query = { sinceMs: since, untilMs: Date.now(), matches: includes }
        const wrong = await collectDamage({ store, nowMs: Date.now() }, query)
        claim('no event is wrong', wrong.filter((damage) => damage.tenant === tenant).length, 0)
        const { items } = (await ada.get('/tickets?status=resolved')).body as { items: unknown[] }
        claim('the queue of tickets, which is read from the truth, is right', items.length, 1)
      },
    )
    await step(
      {
        do: 'npm run rebuild -- stats builds a new generation from the log, while Carla opens a fourth ticket, and switches to it. (The ten seconds in which an old function could still be at work are skipped.)',
        shows:
          'Readers get the old counts until the switch, and the right ones from then on, with the new ticket in them.',
        without: 'Readers who see half a rebuild, or a ticket that is counted twice or never.',
      },
      async () => {
        const [filled] = await Promise.all([stats.fill(), open()])
        await untilIdle()
        claim('the rebuild has projected every event', filled.status, 'filled')
        claim('users still get the old counts', await counts(), { open: 4, resolved: 0 })
        await stats.switchTo(filled.generation)
        note(`generation ${filled.generation} is live`)
        claim('users get the right counts', await counts(), { open: 3, resolved: 1 })
      },
    )
    await step(
      {
        do: 'The operator takes the switch back, and switches again. Meanwhile Ada resolves another ticket.',
        shows: 'The generation of before is kept up to date, so the way back is open and loses nothing.',
      },
      async () => {
        await stats.rollBack()
        await resolve(second)
        await untilIdle()
        claim('the old generation has the new event, and its old fault', await counts(), { open: 3, resolved: 1 })
        await stats.rollBack()
        claim('the new generation has it too, and no fault', await counts(), { open: 2, resolved: 2 })
      },
    )
    await step(
      {
        do: 'Nobody needs the way back any more: npm run rebuild -- stats --drop-previous.',
        shows: 'What is left equals the log, byte for byte.',
      },
      async () => {
        await stats.dropPrevious()
        claim('no row differs from what the events make of it', (await wrongRows()).length, 0)
        claim('users get the same counts', await counts(), { open: 2, resolved: 2 })
      },
    )
  },
)
