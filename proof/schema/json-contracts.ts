import type * as z from 'zod'
import { eventData } from '../../domain/event.ts'
import { sagas } from '../../sagas/all.ts'
import { titleOf } from '../../sagas/saga.ts'
import { StoredResponse } from '../../tables/request-keys.ts'
import { membersOf } from './field-type.ts'

/** JSON inside of a row, or an object of S3, that other code depends on. */
export interface JsonContract {
  where: string
  /** What it is parsed by, and who keeps it stable. */
  contract: string
}

/** Attributes that hold JSON. What is sent outside has its contract in the OpenAPI document. */
export const jsonContracts: readonly JsonContract[] = [
  {
    where: '`Events.data`, `Outbox.event`, messages of the queues',
    contract:
      'the table below, by `type`; an attribute that a later version adds is ignored, so that a deployment can be taken back ([`domain/event.ts`](../domain/event.ts))',
  },
  {
    where: '`RequestKeys.answer`',
    contract: `${membersOf(StoredResponse as z.ZodType).join('; ')}. \`body\` is the answer of the OpenAPI document for the operation in the key, byte for byte; nothing parses it ([\`tables/request-keys.ts\`](../tables/request-keys.ts))`,
  },
  {
    where: '`Sagas.input`',
    contract:
      'by `name`, see below; parsed at the start and by each task, so a saga that runs keeps the shape it began with',
  },
  {
    where: '`StepKeys.result`',
    contract:
      'what the step of this definition returned, at most a few facts; typed by the compiler, read by steps and undos of the same definition only ([`sagas/saga.ts`](../sagas/saga.ts))',
  },
  {
    where: '`Sagas.parking`',
    contract:
      'the direction is stored as `way`, and compensation as `back`: words of earlier versions, which no deployment rewrites ([`tables/sagas.ts`](../tables/sagas.ts))',
  },
  {
    where: '`Views.views` of the catalog',
    contract:
      'a read model that only a later version knows stays as it is ([`tables/view-catalog.ts`](../tables/view-catalog.ts))',
  },
  {
    where: '`Views.counts`',
    contract:
      'a status that was added since counts 0, one that was removed stays ([`domain/ticket-stats.ts`](../domain/ticket-stats.ts))',
  },
]

/** What each type of event says, and what each saga is started with. */
export function eventContracts(): [string, string][] {
  return Object.entries(eventData).map(([type, schema]) => [`\`${type}\``, members(schema)])
}

export function sagaInputs(): [string, string][] {
  const byName = new Map(sagas.map((saga) => [saga.name, saga]))
  return [...byName.values()].map((saga) => [titleOf(saga), members(saga.input)])
}

function members(schema: z.ZodType): string {
  return membersOf(schema).join('; ') || 'nothing'
}
