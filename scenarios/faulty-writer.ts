import { setTimeout } from 'node:timers/promises'
import { invariants } from '../proof/check/invariants.ts'
import { assignByFaultyRelease } from '../proof/damage/faulty-release.ts'
import { type CorrectionRequest, planRepair, sendCorrection } from '../proof/damage/repair-damage.ts'
import { collectDamage, type Damage } from '../proof/damage/scope-damage.ts'
import { DamageCounter } from '../proof/damage/summary.ts'
import { parseWhere } from '../proof/damage/where.ts'
import { correctWhateverIsThere, notifyOfCorrections } from '../proof/mutants/commit-mutants.ts'
import { scenario } from './runner/scenario.ts'

export const faultyWriter = scenario(
  'faulty-writer',
  'A bug committed wrong facts last Tuesday',
  {
    shows:
      'Wrong facts that a faulty release has committed are scoped, and corrected by events that say so: each once, none over a later change, and without a second mail.',
    guard: 'corrections that name the event they correct, and are refused when another event has set the fact since',
    mutants: [
      { mutant: correctWhateverIsThere, breaks: [1] },
      { mutant: notifyOfCorrections, breaks: [19] },
    ],
    targets: 'embedded',
  },
  async ({ target, tenant, person, step, claim, note, untilIdle, evidence }) => {
    const root = person('root', 'admin')
    const carla = person('carla', 'customer')
    const since = Date.now()
    const tickets: string[] = []
    const assigneesOf = async () => {
      const stored = (await evidence()).tickets.map(({ value }) => [value.id, value.assignee ?? null] as const)
      return tickets.map((id) => new Map(stored).get(id))
    }
    const scope = async (): Promise<Damage[]> => {
      const { matches } = parseWhere([`tenant=${tenant}`, 'type=ticket.assigned', 'assignee=ada'], [])
      const query = { sinceMs: since, untilMs: releasedUntil, matches }
      const found = await collectDamage({ store: target.store, nowMs: Date.now() }, query)
      return found.toSorted((a, b) => tickets.indexOf(a.aggregate.id) - tickets.indexOf(b.aggregate.id))
    }
    const summaryOf = (damages: Damage[]) => {
      const counter = new DamageCounter()
      for (const damage of damages) counter.add(damage)
      return counter.summary
    }
    const send = async ({ ticketId, key, body }: CorrectionRequest) => {
      const {
        status,
        replayed,
        retryable,
        body: answer,
      } = await root.send('POST', `/tickets/${ticketId}/corrections`, body, key)
      return { status, replayed, retryable, detail: answer.detail as string | undefined }
    }
    const repair = async (damages: Damage[]) => {
      const outcomes: string[] = []
      for (const damage of damages)
        for (const damaged of damage.events) {
          const planned = planRepair(damage, damaged, { assignee: 'bob' }, { reason: 'Release 7 mixed up names.' })
          if (planned.do === 'skip') throw new Error(`nothing is sent for ${damage.aggregate.id}: ${planned.why}`)
          const result = await sendCorrection(
            { random: Math.random, sleep: (ms) => setTimeout(ms) },
            send,
            planned.request,
          )
          outcomes.push(result.outcome === 'corrected' && result.replayed ? 'replayed' : result.outcome)
        }
      return outcomes
    }
    const corrections = async () =>
      [...(await evidence()).events.values()].flat().filter(({ type }) => type === 'ticket.corrected')
    let releasedUntil = 0
    let damages: Damage[] = []
    await step(
      {
        do: 'A release has a fault: whoever is asked for, it assigns Ada. Four tickets that Bob should get are assigned. (We run the write path with that decision, as the faulty function would.)',
        shows:
          'Ticket, event, outbox and read models agree, the answers said Ada, and she has mail. No invariant is broken.',
      },
      async () => {
        for (const id of ['ada', 'bob'])
          await root.sendUntilAnswered('POST', '/users', { id, role: 'agent', email: `${id}@${tenant}.example.com` })
        for (let index = 0; index < 4; index++) {
          const opened = await carla.sendUntilAnswered('POST', '/tickets', { title: 'Refund', body: 'Please.' })
          tickets.push(String(opened.body.id))
        }
        for (const ticketId of tickets)
          await assignByFaultyRelease(target.migrated, { tenant, ticketId, by: 'root', wrongly: 'ada' })
        await untilIdle()
        releasedUntil = Date.now()
        const stored = await evidence()
        claim('all four are assigned to Ada', await assigneesOf(), ['ada', 'ada', 'ada', 'ada'])
        claim('no invariant is broken', invariants.filter((one) => one.violations(stored).length > 0).length, 0)
      },
    )
    await step(
      {
        do: 'Bob says that his list is empty. The operator scopes: npm run damage -- --where type=ticket.assigned assignee=ada.',
        shows: 'Which events, of which requests, with what answers, and what followed: sagas, mails and notices.',
        without: 'A repair by guess, and customers who are told twice or not at all.',
      },
      async () => {
        const bobs = (await root.get('/tickets?assignee=bob')).body.items as unknown[]
        claim('Bob has no ticket', bobs.length, 0)
        damages = await scope()
        const { events, standing, answersKept, sagas, mailsSent, notices } = summaryOf(damages)
        claim('wrong events, all of which stand', [events, standing], [4, 4])
        claim('their answers are known', answersKept, 4)
        claim('each told Ada and Carla, and Ada by mail', [sagas, notices, mailsSent], [8, 8, 4])
      },
    )
    await step(
      {
        do: 'The spread is stopped first: the release before is back. Root assigns a new ticket to Bob. The third ticket is given to Bob, and then on purpose to Ada.',
        shows: 'What is decided from now on is right, and must not be touched by any repair.',
      },
      async () => {
        const opened = await carla.sendUntilAnswered('POST', '/tickets', { title: 'Parcel', body: 'Where?' })
        const path = `/tickets/${opened.body.id}/assignee`
        const assigned = await root.sendUntilAnswered('PUT', path, { userId: 'bob' })
        claim('the new ticket is assigned to Bob', assigned.body.assignee, 'bob')
        for (const userId of ['bob', 'ada'])
          await root.sendUntilAnswered('PUT', `/tickets/${tickets[2]}/assignee`, { userId })
        await untilIdle()
      },
    )
    await step(
      {
        do: 'The repair is stopped half way, and run again from the start, by the scope of before: npm run damage -- … --repair assignee=bob.',
        shows:
          'Each correction has the key of its event, so the first two are replayed. The third is refused: another event has set the assignee since.',
        without: 'A repair that overwrites what people have decided meanwhile: a second damage.',
      },
      async () => {
        claim('the first two are corrected', await repair(damages.slice(0, 2)), ['corrected', 'corrected'])
        claim('the second run replays two, is refused one, and corrects the last', await repair(damages), [
          'replayed',
          'replayed',
          'refused',
          'corrected',
        ])
        await untilIdle()
        claim('the assignees are right', await assigneesOf(), ['bob', 'bob', 'ada', 'bob'])
        claim('each was corrected once', (await corrections()).length, 3)
      },
    )
    await step(
      {
        do: 'The operator scopes again, and reads the history of a ticket.',
        shows:
          'Nothing stands. The history has the wrong event, and the one that corrects it and says why. What was sent is listed; nothing was sent again.',
      },
      async () => {
        const { standing, corrected, changedSince, mailsSent } = summaryOf(await scope())
        note(`${mailsSent} mails had been sent before the repair`)
        claim('none stands, three are corrected, one was changed since', [standing, corrected, changedSince], [0, 3, 1])
        const { items } = (await carla.get(`/tickets/${tickets[0]}/events`)).body as {
          items: { type: string; why?: string }[]
        }
        claim(
          'its history has the wrong event and the correction',
          items.map(({ type }) => type),
          ['ticket.opened', 'ticket.assigned', 'ticket.corrected'],
        )
        claim('it says why', items.at(-1)?.why, 'Release 7 mixed up names.')
        const ids = new Set((await corrections()).map(({ id }) => id))
        const started = (await evidence()).sagas.filter(({ value }) => ids.has(value.eventId))
        claim('no correction started a saga', started.length, 0)
      },
    )
  },
)
