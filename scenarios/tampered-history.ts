import { chainEvent } from '../domain/event-chain.ts'
import { eventsUnlikeDigests } from '../proof/check/digest-rules.ts'
import { readDigests } from '../proof/check/digests.ts'
import { historyIsChained } from '../proof/check/history.ts'
import { noPreviousHash, oldHashInHeader } from '../proof/mutants/commit-mutants.ts'
import type { Row } from '../tables/store.ts'
import { removeForGood } from './runner/context/digests.ts'
import { invokeNow } from './runner/context/state-machines.ts'
import { scenario } from './runner/scenario.ts'

/** Longer than the reconciler leaves a published event to the queues. */
const agedMs = 16 * 60_000

export const tamperedHistory = scenario(
  'tampered-history',
  'Someone with rights on tables rewrites history',
  {
    shows:
      'An event that is edited past the API is found, even by someone who may write every table and recomputes every hash.',
    guard:
      'a hash chain per aggregate that ends in its header, and digests of it in a bucket whose objects cannot be changed',
    mutants: [
      { mutant: noPreviousHash, breaks: [29] },
      { mutant: oldHashInHeader, breaks: [29] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, step, claim, note, untilIdle, evidence, repairWhenStopped }) => {
    const carla = person('carla', 'customer')
    const ada = person('ada', 'agent')
    const ticketPk = () => `TENANT#${tenant}#TICKET#${id}`
    const put = (table: 'Events' | 'Tickets', row: Row) =>
      target.store.write({ kind: 'put', table, row: row as Row & { pk: string } })
    const history = async () =>
      (await evidence()).rows.Events.filter(({ pk }) => pk === ticketPk()).toSorted((a, b) =>
        String(a.sk) < String(b.sk) ? -1 : 1,
      )
    const header = async () =>
      (await evidence()).rows.Tickets.find(({ pk, sk }) => pk === ticketPk() && sk === 'HEADER')
    const inChain = async () => historyIsChained.violations(await evidence()).map(({ problem }) => problem)
    const inDigests = async () => {
      const histories = new Map([[ticketPk(), (await history()) as unknown as { seq: number; hash: string }[]]])
      const found = eventsUnlikeDigests(histories, (await readDigests(target))?.kept ?? [])
      return found.filter(({ subject }) => subject.startsWith(ticketPk())).map(({ problem }) => problem)
    }
    let id = ''
    let before: Row[] = []
    let headerBefore: Row = {}
    await step({ do: 'Carla opens a ticket, and Ada resolves it.' }, async () => {
      id = String((await carla.sendUntilAnswered('POST', '/tickets', { title: 'Refund', body: 'Please.' })).body.id)
      await ada.sendUntilAnswered('POST', `/tickets/${id}/transitions`, { to: 'resolved', reason: 'Refunded' })
      await untilIdle()
      claim('the chain is whole', await inChain(), [])
    })
    await step(
      {
        do: 'A quarter of an hour later the reconciler confirms the events. (We date them back instead of waiting.)',
        shows:
          'The hash of the newest event goes into a digest, in a bucket where S3 Object Lock keeps it, before its row is deleted.',
      },
      async () => {
        const publishedAt = new Date(Date.now() - agedMs).toISOString()
        for (const { pk, sk } of (await evidence()).unconfirmed)
          await target.store.write({ kind: 'update', table: 'Unconfirmed', key: { pk, sk }, set: { publishedAt } })
        await invokeNow(target, target.outputs.ReconcileConsumersFunction)
        before = await history()
        headerBefore = (await header()) ?? {}
        claim('every event is confirmed', (await evidence()).unconfirmed.length, 0)
        claim('every digest has the event that is stored', await inDigests(), [])
      },
    )
    const putBack = repairWhenStopped(async () => {
      for (const row of before) await put('Events', row)
      await put('Tickets', headerBefore)
    })
    await step(
      {
        do: 'Someone with rights on the table edits the last event: it now says that Carla resolved the ticket herself.',
        shows: 'The content of the event no longer has the hash that is stored with it.',
        without: 'An audit trail that says whatever its last editor wants.',
      },
      async () => {
        await put('Events', { ...before.at(-1), actor: 'carla' })
        claim('the check names the event by its hash', await inChain(), [
          'is not the event that was stored: its content has another hash',
        ])
      },
    )
    await step(
      {
        do: 'They know how the chain works, and recompute it: event after event, and the hash in the header. Then they try to delete the digest, with every right that this stack gives to a developer.',
        shows:
          'The tables agree with themselves again. The digest has the hash of the event that was committed, and S3 Object Lock refuses to delete it before its time.',
        without: 'A forgery that nothing can tell from the truth.',
      },
      async () => {
        let eventHash: string | undefined
        for (const { pk, sk, hash: _, prevHash: __, ...event } of before) {
          const forged = chainEvent(sk === before.at(-1)?.sk ? { ...event, actor: 'carla' } : event, eventHash)
          eventHash = forged.hash
          await put('Events', { pk, sk, ...forged })
        }
        await put('Tickets', { ...headerBefore, eventHash })
        claim('the forged chain is whole', await inChain(), [])
        const [digest] = (await readDigests(target))?.kept ?? []
        claim('S3 refuses to delete the digest', await removeForGood(target, digest?.key ?? ''), 'AccessDenied')
        const found = await inDigests()
        note(`the check says that the event ${found[0]}`)
        claim(
          'the check names the event by the digest',
          found.map((problem) => problem.replace(/\d{4}-\d\d-\d\d/, 'DAY')),
          ['is not the event that the digest of DAY has'],
        )
      },
    )
    await step(
      {
        do: 'An operator puts the rows back as the log of the watcher has them.',
        shows: 'The hashes prove that what was put back is what was committed.',
      },
      async () => {
        await putBack()
        claim('the chain is whole again', await inChain(), [])
        claim('every digest has the event that is stored again', await inDigests(), [])
      },
    )
  },
)
