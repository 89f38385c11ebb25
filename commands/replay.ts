import { Command, Option } from 'commander'
import { tenantOfTicket } from '../proof/replay/find-ticket.ts'
import { formatChanges, formatHistory, formatTicket } from '../proof/replay/format-replay.ts'
import { changedFacts, PointError, seqOfPoint, ticketAt } from '../proof/replay/replay-ticket.ts'
import { reachTarget, TargetError } from '../proof/target.ts'
import { readEvents } from '../tables/events.ts'
import { dataOption, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

interface Options {
  ticket: string
  tenant?: string
  to?: string
  diff?: string
  json?: true
  target?: string
  data: string
}

const point = 'a sequence number, or a time with its zone (2026-03-01T12:00:00Z)'

const program = new Command('npm run replay --')
  .description(
    'Shows a ticket as it was, folded from its events, and why: who, when, which request. It reads only, and sends nothing. Texts are in live rows and not replayed.',
  )
  .addOption(new Option('--ticket <id>', 'the ticket').makeOptionMandatory())
  .option('--tenant <id>', 'its tenant; without it, the table is searched')
  .option('--to <point>', `up to which point: ${point}; the last event by default`)
  .option('--diff <point>', 'also what differs from this earlier point')
  .option('--json', 'as one JSON object')
  .addOption(targetOption())
  .addOption(dataOption())
  .action(replay)

await runProgram(program)

async function replay({ ticket, tenant: given, to, diff, json, target: apiUrl, data }: Options): Promise<void> {
  const { store } = await reachTarget({ dataDir: data, apiUrl })
  const tenant = given ?? (await tenantOfTicket(store, ticket))
  const history = tenant ? await readEvents(store, tenant, { type: 'ticket', id: ticket }) : []
  if (history.length === 0)
    throw new TargetError(`there is no ticket ${ticket}${given ? ` of tenant ${given}` : ''}: check its id`)
  const seqOf = (text: string) => {
    try {
      return seqOfPoint(history, text)
    } catch (error) {
      throw error instanceof PointError ? new TargetError(error.message) : error
    }
  }
  const then = ticketAt(history, to === undefined ? history.length : seqOf(to))
  const from = diff === undefined ? undefined : ticketAt(history, seqOf(diff))
  const events = history.filter(({ seq }) => seq <= then.seq && seq > (from?.seq ?? 0))
  const changes = from && changedFacts(from, then)
  if (json) return console.log(JSON.stringify({ ticket, tenant, ...then, ...(from && { from, changes }), events }))
  console.log(formatTicket(ticket, then))
  if (from && changes) console.log(`\nwhat differs from event ${from.seq}\n${formatChanges(changes)}`)
  if (events.length > 0) console.log(`\nwhy\n${formatHistory(events)}`)
}
