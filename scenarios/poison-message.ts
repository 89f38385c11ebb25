import { dropPoisonEvents, passOverPoisonEvents } from '../proof/mutants/delivery-mutants.ts'
import { operateStats } from '../proof/views/operate-stats.ts'
import { checkpointRow } from '../tables/checkpoints.ts'
import type { Condition } from '../tables/condition.ts'
import { readRow } from '../tables/read-row.ts'
import { statsRow, viewShard } from '../tables/views.ts'
import { queueClient } from './runner/context/queue-client.ts'
import { scenario } from './runner/scenario.ts'

export const poisonMessage = scenario(
  'poison-message',
  'One message can never be processed',
  {
    shows:
      'A poison event blocks its own ticket in one consumer, and nothing else. Once the cause is repaired, the consumer catches up.',
    guard: 'the block in the consumer checkpoint, which remembers how far to catch up',
    mutants: [
      { mutant: dropPoisonEvents, breaks: [6] },
      { mutant: passOverPoisonEvents, breaks: [7] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, step, claim, until, untilIdle, evidence, repairWhenStopped }) => {
    const ada = person('ada', 'agent')
    const open = async () => {
      const { body } = await ada.sendUntilAnswered('POST', '/tickets', { title: 'A question', body: 'Or two.' })
      return String(body.id)
    }
    const move = (id: string, to: string) =>
      ada.sendUntilAnswered('POST', `/tickets/${id}/transitions`, { to, reason: 'Looking' })
    const checkpointOf = (id: string) =>
      readRow(target.store, checkpointRow('project-views', tenant, { type: 'ticket', id }))
    let poisoned = ''
    let other = ''
    await step({ do: 'Ada opens tickets until two of them are counted in different rows.' }, async () => {
      poisoned = await open()
      do other = await open()
      while (viewShard(other) === viewShard(poisoned))
      await untilIdle()
    })
    const view = statsRow(tenant, viewShard(poisoned), await operateStats(target.store).liveGeneration())
    const before = await readRow(target.store, view)
    const setCounts = (counts: unknown, when?: Condition) =>
      target.store.write({ kind: 'update', table: view.table, key: view.key, set: { counts }, ...(when && { when }) })
    // Not twice: what has been counted since the first repair would be lost.
    const repairRow = () => setCounts(before?.counts, { attribute: 'counts', equals: 'corrupt' })
    const repairAndRedrive = repairWhenStopped(async () => {
      await repairRow()
      const history = [...(await evidence()).events.values()].flat()
      const url = target.outputs.ProjectViewsQueueUrl ?? ''
      for (const event of history.filter(({ aggregate, seq }) => aggregate.id === poisoned && seq > 1))
        await queueClient(target).send(url, JSON.stringify(event), { group: 'redrive', id: crypto.randomUUID() })
    })
    await step(
      {
        do: 'We corrupt the row in which one ticket is counted. Then that ticket changes its status twice.',
        shows:
          'The consumer marks this ticket as blocked, and acknowledges its later events, so that the queue does not fill up.',
        without: 'The message comes back forever and holds up everything behind it, or it is silently dropped.',
      },
      async () => {
        await setCounts('corrupt')
        for (const to of ['in_progress', 'resolved']) await move(poisoned, to)
        const blocked = await until(
          'the block',
          () => checkpointOf(poisoned),
          (checkpoint) => checkpoint?.blockedAt !== undefined,
        ).catch(async (error) => {
          // The story ends here, before its repair: the damage was ours and must not stay.
          await repairRow()
          throw error
        })
        claim('the ticket is blocked at its second event', blocked?.blockedAt, 2)
      },
    )
    await step(
      {
        do: 'Meanwhile the other ticket, counted in another row, changes its status.',
        shows: 'Its event is applied as usual.',
      },
      async () => {
        await move(other, 'in_progress')
        const applied = await until(
          'the other ticket',
          () => checkpointOf(other),
          (checkpoint) => checkpoint?.appliedSeq === 2,
        )
        claim('the other ticket is not blocked', applied?.blockedAt ?? null, null)
      },
    )
    await step(
      {
        do: 'An operator repairs the row, and redrives the messages of the ticket.',
        shows: 'The consumer applies what it missed, in order, and the block is gone.',
        without: 'Someone has to repair the ticket’s counts manually, event by event.',
      },
      async () => {
        await repairAndRedrive()
        await untilIdle()
        claim('the block is gone', (await checkpointOf(poisoned))?.blockedAt ?? null, null)
        const { resolved } = (await ada.get('/stats')).body.counts as { resolved: number }
        claim('the ticket is counted in its current status', resolved, 1)
      },
    )
  },
)
