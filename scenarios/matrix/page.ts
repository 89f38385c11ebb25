import type { Fault } from '../../proof/outcomes/fault-injector.ts'
import { faultPoints, type MatrixRow } from '../../proof/outcomes/matrix.ts'
import { outcomeTables } from '../../proof/pages/outcomes-page.ts'
import { deployed } from './case.ts'
import type { Seen } from './run-case.ts'

export const stackPagePath = 'docs/sagas/outcomes-on-the-stack.md'

/** What each failure of each step led to on the whole stack: the same page for the same ends. */
export function stackPage(seen: readonly Seen[]): string {
  const sections = deployed.map((harness) => {
    const own = seen.filter((one) => one.case.harness === harness)
    return `## ${harness.saga.name}\n\n${outcomeTables(rowsOf(own))}`
  })
  return [intro(seen), ...sections, ''].join('\n\n')
}

function rowsOf(seen: readonly Seen[]): MatrixRow[] {
  const [
    {
      case: { harness },
    } = { case: { harness: undefined } },
  ] = seen
  if (!harness) return []
  return [false, true].flatMap((isPersistent) =>
    faultPoints(harness).map(({ step, action }) => {
      const here = seen.filter(
        ({ case: { injected } }) =>
          injected.step === step && injected.action === action && injected.isPersistent === isPersistent,
      )
      const outcomes = Object.fromEntries(here.map((one) => [one.case.injected.fault, one.end])) as Record<
        Fault,
        string
      >
      return { step, action, isPersistent, outcomes }
    }),
  )
}

function intro(seen: readonly Seen[]): string {
  const counted = (end: string) => seen.filter((one) => one.end === end).length
  const ends = ['completed', 'compensated', 'parked, then completed', 'parked, then compensated']
  const told = ends.map((end) => `- ${counted(end)} ${end}`).join('\n')
  return `<!-- Made by \`npm run docs -- --stack\` from what happened; \`test/e2e/outcomes.e2e.ts\` compares. -->

# What each failure leads to, on the whole stack

The same faults as in the [harness](outcomes.md), on what \`npm start\` runs: requests come in over HTTP, functions run in workers of
their own, over DynamoDB, SQS, S3, SES and Step Functions as the edge speaks them. ${seen.length} sagas, each of a tenant of its own and many at
once, each with one fault:

${told}

After all of them, everything that was stored held every invariant ([invariants](../invariants.md)).

- error: the call is refused · timeout: it is never answered, and nothing is carried out · answer lost: it is carried out, and the connection
  cut · duplicate: the task is run twice at once · late: the call is held until the saga has ended, or goes on after its parking, and
  carried out then · crash before, after: the one environment that calls is killed · throttled: Lambda will not run the function.
- A call is the transaction with the step's fence, or, for a step that calls something outside, that call. An endpoint's messages pass no edge:
  there the endpoint itself fails, and crashes strike the transactions around the message.
- Retries are cut to three within seconds, and time limits to four seconds where each call hangs. So an endpoint that stays down is not
  given up after its hour, as it is in the harness, but parked before; everything else ends as expected.
- Who is resumed is resumed by \`POST /sagas/{sagaId}/resume\`, sent twice with one key: the second answer is the first one replayed.`
}
