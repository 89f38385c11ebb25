import * as z from 'zod'
import type { AggregateRef } from '../domain/ids.ts'
import { aggregateKey, aggregateOfKey } from '../tables/keys.ts'
import type { Key, Row, Store } from '../tables/store.ts'
import type { AggregateScope } from './consume/consumer.ts'
import { loggedAggregate } from './logged-aggregate.ts'

/** The sort key of each header in `Tickets`. The version of a saga is in `Sagas`. */
const headerSortKeys: Record<AggregateRef['type'], string | undefined> = {
  ticket: 'HEADER',
  user: 'USER',
  settings: 'SETTINGS',
  sla: 'SLA_POLICIES',
  resumption: 'RESUMPTION',
  redrive: 'REDRIVE',
  saga: undefined,
}

const Versioned = z.object({ version: z.int().positive() })

/** Where the version of an aggregate is stored. */
export interface AggregateHeader extends AggregateScope {
  key: Key
  /** How findings name the aggregate. */
  subject: string
}

/** The aggregate whose header a row of `Tickets` is; undefined for any other row. */
export function aggregateHeaderOf({ pk, sk }: Row): AggregateHeader | undefined {
  const scope = aggregateOfKey(String(pk))
  if (!scope || headerSortKeys[scope.aggregate.type] !== sk) return undefined
  return { ...scope, key: { pk: String(pk), sk: String(sk) }, subject: subjectOf(scope) }
}

/** The key of an aggregate, without the id of a person. */
export function subjectOf({ tenant, aggregate }: AggregateScope): string {
  return aggregateKey(tenant, loggedAggregate(tenant, aggregate))
}

/** Strongly consistent; undefined when the row is gone. */
export async function readVersion(store: Store, { key }: AggregateHeader): Promise<number | undefined> {
  const row = await store.get({ table: 'Tickets', key })
  return row && Versioned.parse(row).version
}
