import * as z from 'zod'
import { TokenClaims } from '../../app/http/authenticate.ts'
import { DailyDigest, DigestPart } from '../../domain/digest.ts'
import { DomainEvent, eventData, ticketEventTypes } from '../../domain/event.ts'
import { EventArchive } from '../../domain/event-archive.ts'
import { ResourceId, TenantId, UserId } from '../../domain/ids.ts'
import { RestoreRecord } from '../../domain/restore-record.ts'
import { UserPoolAttributes } from '../../functions/add-token-claims/add-token-claims.ts'
import { SesEvent } from '../../functions/record-bounce/mail-event.ts'
import { ObjectScanResult } from '../../functions/record-scan/scan-result.ts'
import { Seed } from '../../localstack/steadfast/seed/seed.ts'
import { RequestedAttachment } from '../../sagas/attachment/requested-attachment.ts'
import { TicketNotice } from '../../sagas/notification/ticket-notice.ts'
import { RequestedRemoval } from '../../sagas/removal/requested-removal.ts'
import { WebhookNotice } from '../../sagas/webhook/webhook-notice.ts'
import { endpoints } from '../openapi/endpoints.ts'
import { openApiDocument } from '../openapi/openapi-document.ts'
import type { Contract, ContractFile, Party } from './contract.ts'
import type { JsonSchema } from './json-schema.ts'
import { operationContracts } from './operations.ts'

/** Everything that somebody outside of one deployment relies on: tenants, their endpoints, operators, and the version before. */
export function contractFiles(): ContractFile[] {
  return [
    definitions('events', {
      says: 'events, as they are in `Events`, `Outbox` and the body of every message of a queue: the next version reads what this one has stored, and the version before gets what the next one sends while it is deployed',
      prefix: 'event ',
      parties: ['consumer', 'stored'],
      schemas: eventSchemas(),
    }),
    definitions('webhooks', {
      says: 'bodies of webhook messages, for the endpoints of tenants',
      prefix: 'webhook ',
      parties: ['consumer'],
      schemas: Object.fromEntries(ticketEventTypes.map((type) => [type, schemaOf(webhookBody(type))])),
    }),
    definitions('digests', {
      says: 'documents under Object Lock in the bucket of digests, for auditors and for every later version of the check',
      prefix: 'document ',
      parties: ['consumer', 'stored'],
      schemas: {
        'digest part': schemaOf(DigestPart),
        'daily digest': schemaOf(DailyDigest),
        'restore record': schemaOf(RestoreRecord),
      },
    }),
    definitions('archives', {
      says: 'documents in the bucket of archives: what a ticket’s archive reference names, for every later version',
      prefix: 'document ',
      parties: ['stored'],
      schemas: { 'event archive': schemaOf(EventArchive) },
    }),
    definitions('inputs', {
      says: 'what services and issuers send to functions: each member that is read, and no other',
      prefix: 'input ',
      parties: ['client'],
      schemas: {
        'SES mail event': schemaOf(SesEvent),
        'GuardDuty scan result': schemaOf(ObjectScanResult),
        'token claims': schemaOf(TokenClaims),
        'user pool attributes': schemaOf(UserPoolAttributes),
      },
    }),
    definitions('saga-inputs', {
      says: 'inputs of sagas, as `Sagas` stores them: whatever version started a saga, another may go on with it',
      prefix: 'saga input ',
      parties: ['stored'],
      schemas: {
        notification: schemaOf(TicketNotice),
        webhook: schemaOf(WebhookNotice),
        attachment: schemaOf(RequestedAttachment),
        removal: schemaOf(RequestedRemoval),
      },
    }),
    definitions('seed-files', {
      says: 'files for `npm start -- --seed`, as people keep them',
      prefix: 'file ',
      parties: ['client'],
      schemas: { seed: schemaOf(Seed) },
    }),
    {
      name: 'openapi',
      says: 'requests and responses of the API; the current document is `functions/get-openapi/openapi.json`',
      document: openApiDocument(endpoints),
      contractsIn: operationContracts,
    },
  ]
}

/** What `messageBody` (sagas/webhook/message-body.ts) makes of an event: without `scale`, which is not published. */
function webhookBody(type: (typeof ticketEventTypes)[number]): z.ZodType {
  const { scale: _, ...facts } = (eventData[type] as z.ZodObject).shape
  return z.strictObject({
    type: z.literal(type),
    timestamp: z.iso.datetime(),
    data: z.strictObject({
      eventId: ResourceId,
      tenant: TenantId,
      ticketId: z.string(),
      seq: z.int().positive(),
      actor: UserId,
      facts: z.strictObject(facts),
    }),
  })
}

/** One schema per type: consumers choose by it. */
function eventSchemas(): Record<string, JsonSchema> {
  const { oneOf = [] } = schemaOf(DomainEvent)
  return Object.fromEntries(oneOf.map((schema) => [String(schema.properties?.type?.const), schema]))
}

function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  return rest
}

interface Definitions {
  says: string
  prefix: string
  parties: readonly Party[]
  schemas: Record<string, JsonSchema>
}

function definitions(name: string, { says, prefix, parties, schemas }: Definitions): ContractFile {
  return {
    name,
    says,
    document: { $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: schemas },
    contractsIn: (document) => {
      const { $defs } = document as { $defs: Record<string, JsonSchema> }
      return Object.entries($defs).map(([key, schema]): Contract => ({ name: prefix + key, parties, schema, document }))
    },
  }
}
