import { createHash } from 'node:crypto'
import { CorrectableFacts, factNames } from '../../domain/correctable-facts.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { Reason } from '../../domain/text.ts'
import type { Damage, DamagedEvent } from './scope-damage.ts'
import { isCorrected, stands } from './summary.ts'

/** What an event should have said: what was there `before`, or these facts. */
export type Repair = 'before' | CorrectableFacts

/** A repair that cannot be understood. The message is one line that says what to give. */
export class RepairError extends Error {}

/** Parses `before`, or one fact such as `assignee=none`. Throws {@link RepairError}, also without a reason that the API takes. */
export function parseRepair(text = '', reason: string | undefined): Repair {
  if (!Reason.safeParse(reason).success)
    throw new RepairError('--repair needs a --reason of 1 to 500 characters: the history of each ticket keeps it')
  if (text === 'before') return 'before'
  const [name = '', value = '', ...rest] = text.split('=')
  const { success, data } = CorrectableFacts.safeParse({ [name]: value === 'none' ? null : value })
  if (!success || rest.length > 0)
    throw new RepairError(
      `"${text}" is no repair: give "before", or one of ${factNames.join(', ')} with a value that it may have, such as priority=high`,
    )
  return data
}

/** One `POST /tickets/{ticketId}/corrections`. */
export interface CorrectionRequest {
  tenant: string
  ticketId: string
  /** Derived from the event and what is right: the same one however often the command runs. */
  key: string
  body: { corrects: { seq: number }; to: CorrectableFacts; reason: string; notify?: true }
}

export type PlannedRepair =
  | { do: 'correct'; request: CorrectionRequest }
  /** Why nothing is sent for the event. */
  | { do: 'skip'; why: string }

/** What to send for one event of a ticket: nothing where the ticket has no fact from it any more. */
export function planRepair(
  { tenant, aggregate }: Pick<Damage, 'tenant' | 'aggregate'>,
  { event, facts }: Pick<DamagedEvent, 'event' | 'facts'>,
  repair: Repair,
  { reason, notify }: { reason: string; notify?: boolean | undefined },
): PlannedRepair {
  const { seq } = event
  const wanted = facts.filter(({ name }) => repair === 'before' || repair[name] !== undefined)
  if (wanted.length === 0) return { do: 'skip', why: 'it says nothing about what is to be corrected' }
  const standing = wanted.filter((fact) => stands(fact, seq))
  const [gone] = wanted
  if (standing.length === 0 && gone)
    return {
      do: 'skip',
      why: isCorrected(gone, seq)
        ? `event ${gone.cause.seq} has corrected it`
        : `the ${gone.name} was changed since, by event ${gone.cause.seq} (${gone.cause.type})`,
    }
  const to = Object.fromEntries(
    standing.flatMap(({ name, before, set }) => {
      const right = repair === 'before' ? before : repair[name]
      return right === undefined || right === set ? [] : [[name, right]]
    }),
  ) as CorrectableFacts
  if (Object.keys(to).length === 0)
    return { do: 'skip', why: repair === 'before' ? 'there was nothing else before it' : 'it is right already' }
  const key = `repair-${createHash('sha256')
    .update(JSON.stringify([event.id, to]))
    .digest('hex')
    .slice(0, 40)}`
  const body = { corrects: { seq }, to, reason, ...(notify && { notify: true as const }) }
  return { do: 'correct', request: { tenant, ticketId: aggregate.id, key, body } }
}

/** The answer to one request; undefined status when the connection broke. */
export interface CorrectionAnswer {
  status: number | undefined
  replayed: boolean
  retryable: boolean
  /** What the problem says. */
  detail?: string | undefined
}

export type RepairOutcome =
  | { outcome: 'corrected'; replayed: boolean }
  /** Somebody else has set the fact meanwhile, or the API does not allow it. */
  | { outcome: 'refused'; why: string }
  | { outcome: 'unanswered'; why: string }

const triesMax = 8
const waitMsMax = 5_000

/** Sends a correction until its answer is final, with the same key; gives up after some tries, and the next run goes on. */
export async function sendCorrection(
  runtime: Pick<Runtime, 'random' | 'sleep'>,
  send: (request: CorrectionRequest) => Promise<CorrectionAnswer>,
  request: CorrectionRequest,
): Promise<RepairOutcome> {
  for (let tries = 1; ; tries++) {
    const { status, replayed, retryable, detail } = await send(request)
    if (status === 200) return { outcome: 'corrected', replayed }
    const why = detail ?? (status === undefined ? 'nothing answered' : `the answer was ${status}`)
    if (!retryable) return { outcome: 'refused', why }
    if (tries === triesMax) return { outcome: 'unanswered', why }
    await runtime.sleep(runtime.random() * Math.min(waitMsMax, 100 * 2 ** tries))
  }
}
