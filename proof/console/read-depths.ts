import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Depths } from '../../console/wire.ts'
import { tenantOfKey } from '../../tables/keys.ts'
import { everyLiveSaga } from '../../tables/live-sagas.ts'
import { wholeOutbox } from '../../tables/outbox.ts'
import type { Row, ScanRequest, Store } from '../../tables/store.ts'

/** A subscriber's queue and its dead letters. */
export interface QueueToRead {
  queue: string
  url: string
  deadLettersUrl: string | undefined
}

/** More rows than that are not counted: an outbox of 5,000 rows is in trouble, whatever its length. */
const rowsMax = 5_000
const tenantsMax = 20

/**
 * What waits, read from the tables' smallest parts: rows of the outbox, keys of sagas that have not ended, and what SQS says of its queues.
 */
export async function readDepths(store: Store, sqs: SQSClient, queues: readonly QueueToRead[]): Promise<Depths> {
  const tenants = new Set<string>()
  const noteTenant = ({ livePk }: Row) => {
    const tenant = tenantOfKey(String(livePk))
    if (tenant !== undefined && tenants.size < tenantsMax) tenants.add(tenant)
  }
  const [outbox, liveSagas, counted] = await Promise.all([
    countRows(store, wholeOutbox),
    countRows(store, everyLiveSaga, noteTenant),
    Promise.all(queues.map((queue) => depthOf(sqs, queue))),
  ])
  return { outbox, queues: counted, liveSagas, liveTenants: [...tenants].toSorted() }
}

async function countRows(store: Store, scan: ScanRequest, each: (row: Row) => void = () => {}): Promise<number> {
  let count = 0
  let page = await store.scan(scan)
  for (;;) {
    count += page.rows.length
    page.rows.forEach(each)
    if (!page.next || count >= rowsMax) return count
    page = await store.scan({ ...scan, after: page.next })
  }
}

async function depthOf(sqs: SQSClient, { queue, url, deadLettersUrl }: QueueToRead): Promise<Depths['queues'][number]> {
  const [own, dead] = await Promise.all([attributes(sqs, url), deadLettersUrl ? attributes(sqs, deadLettersUrl) : none])
  return { queue, ...own, dead: dead.waiting }
}

const none = { waiting: 0, inFlight: 0 }

async function attributes(sqs: SQSClient, QueueUrl: string): Promise<{ waiting: number; inFlight: number }> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  )
  const [waiting, inFlight] = AttributeNames.map((name) => Number(Attributes[name] ?? 0))
  return { waiting: waiting ?? 0, inFlight: inFlight ?? 0 }
}
