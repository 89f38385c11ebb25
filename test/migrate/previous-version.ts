import type { Row, Store, Write } from '../../tables/store.ts'
import { isTicketHeader } from '../../tables/tickets.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

/** A store as the version before the migration priority-scale uses it: it knows no scale, drops it with each write, and needs the word. */
export function previousVersion(inner: Store): Store {
  return interceptStore(inner, async (call, proceed) => {
    if (call.method === 'transactWrite') return inner.transactWrite(call.args[0].map(without), call.args[1])
    if (call.method === 'write') return inner.write(without(call.args[0]))
    const answer = (await proceed()) as (Row & { rows?: (Row | undefined)[] }) | undefined
    if (answer?.rows) return { ...answer, rows: answer.rows.map((row) => row && seen(row)) }
    return answer && seen(answer)
  })
}

function seen(row: Row): Row {
  if (!isTicketHeader(row)) return row
  const { priorityScale: _, ...known } = row
  return known
}

function without(write: Write): Write {
  return write.kind === 'put' ? { ...write, row: { ...seen(write.row), pk: write.row.pk } as typeof write.row } : write
}
