import { globSync, readFileSync } from 'node:fs'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { Context } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { backgroundHandler } from '../../app/background-handler.ts'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { createLogger } from '../../app/logger.ts'
import { runSagaTask } from '../../app/run-saga-task.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { getAttachment } from '../../functions/get-attachment/get-attachment.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { rotateWebhookSecret } from '../../functions/rotate-webhook-secret/rotate-webhook-secret.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { parseEvent } from '../../tables/events.ts'
import { Api, admin, customer } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { printedBy } from '../fixtures/printed.ts'
import { bearerTokenFor } from '../fixtures/tokens.ts'
import { eventBatch, insertedRow, sqsRecord } from '../relay/fixtures.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'

/** Found in a text that holds one of them, by what was planted. */
type Planted = Record<string, string>

const words = {
  title: 'planted-title',
  'text of a comment': 'planted-comment',
  address: 'planted-address@example.com',
  'address of a webhook': 'planted.example.com',
  'name of a file': 'planted-file.png',
}

/** What a tenant does that involves secrets and private text. Returns them, and the API on the same data. */
async function plant() {
  const api = new Api()
  const attachment = new AttachmentCase({ api })
  const url = `https://${words['address of a webhook']}/in`
  const params = { name: 'crm' }
  const put = await api.call(admin, putWebhook, { params, body: { url, events: ['ticket.comment_added'] } })
  const rotated = await api.call(admin, rotateWebhookSecret, { params, body: {} })
  await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', email: words.address } })
  const ticketId = await api.openTicket(customer, words.title)
  const comment = { params: { ticketId }, body: { body: words['text of a comment'] }, key: 'comment' }
  const commented = await api.call(customer, addComment, comment)
  await attachment.request({ ...promiseOf(png), fileName: words['name of a file'] }, ticketId)
  await attachment.start()
  const slot = { params: { ticketId, attachmentId: attachment.id } }
  const { json } = await api.call(customer, getAttachment, slot)
  expect([put.status, rotated.status, commented.status, json.state]).toEqual([201, 200, 201, 'awaiting_upload'])
  const planted: Planted = {
    ...words,
    'bearer token': await bearerTokenFor(customer),
    'bearer token of an admin': await bearerTokenFor(admin),
    'secret of a webhook': String(rotated.json.secret),
    'previous secret of a webhook': String(put.json.secret),
    'presigned URL': String(json.uploadUrl),
  }
  return { api, planted, ticketId, comment }
}

function foundIn(text: string, planted: Planted): string[] {
  return Object.entries(planted)
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => name)
}

/** The error that the AWS SDK throws when one row fails its condition and another is invalid: with the stored row. */
async function cancelled(api: Api): Promise<Error> {
  const rows = Object.values(await dumpStore(api.store)).flat()
  const CancellationReasons = rows.map((row) => ({ Code: 'ConditionalCheckFailed', Item: marshall(row) }))
  return Object.assign(new Error('Transaction cancelled, please refer cancellation reasons for specific reasons'), {
    name: 'TransactionCanceledException',
    CancellationReasons,
  })
}

function failureOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('the logger', () => {
  it('is the only one: no function makes its own, which would print every property of an error', () => {
    const files = globSync(['app/**/*.ts', 'functions/**/*.ts', 'sagas/**/*.ts', 'tables/**/*.ts', 'gateways/**/*.ts'])
    const logging = files.filter((file) => /new Logger\(|\bconsole\.\w+\(/.test(readFileSync(file, 'utf8')))
    expect(logging).toEqual(['app/logger.ts'])
  })

  it('writes of an error its name, message, stack and causes, and no property that a service has added', async () => {
    const cause = Object.assign(new Error('inner'), { Item: { body: 'planted' } })
    const error = Object.assign(new TypeError('outer', { cause }), { $response: { body: 'planted' } })
    const text = await printedBy(async () => createLogger().error('failed', { error, cause: { deep: error } }))
    const line = JSON.parse(text)
    expect(line).toMatchObject({
      message: 'failed',
      error: { name: 'TypeError', message: 'outer', stack: expect.any(String), cause: { message: 'inner' } },
      cause: { deep: { name: 'TypeError' } },
    })
    expect(text).not.toContain('planted')
  })

  it('does not quote a text that is not JSON', async () => {
    const parse = () => JSON.parse('planted')
    const text = await printedBy(async () => createLogger().error('failed', { error: failureOf(parse) }))
    expect(text).not.toContain('planted')
    expect(JSON.parse(text).error).toMatchObject({ name: 'SyntaxError', message: 'the text is not valid JSON' })
  })
})

describe('a secret or private text', () => {
  it('is in no log line of a request, whether it succeeds, is refused or fails', async () => {
    const { api, planted, ticketId, comment } = await plant()
    api.logger = createLogger()
    const error = await cancelled(api)
    const broken = api.withStore(interceptStore(api.store, () => Promise.reject(error)))
    broken.logger = api.logger
    const tampered = `${planted['bearer token']?.slice(0, -4)}AAAA`
    const text = await printedBy(async () => {
      const log = async (expected: number, response: ReturnType<Api['call']>) =>
        expect((await response).status).toBe(expected)
      await log(200, api.call(customer, getTicket, { params: { ticketId } }))
      await log(201, api.call(customer, addComment, comment))
      await log(422, api.call(customer, addComment, { ...comment, body: { body: 'another' } }))
      await log(422, api.call(customer, addComment, { ...comment, key: 'k2', body: planted }))
      await log(400, api.call(customer, addComment, { ...comment, key: 'k3', body: `{"${words.title}` }))
      await log(422, api.call(customer, listTickets, { query: { [words.title]: words.address } }))
      await log(401, api.send(getTicket, { params: { ticketId }, headers: { Authorization: `Bearer ${tampered}` } }))
      await log(500, broken.call(customer, addComment, comment))
      await log(500, broken.call(customer, getTicket, { params: { ticketId } }))
    })
    expect(text.trim().split('\n')).toHaveLength(9)
    expect(text).toContain('TransactionCanceledException')
    expect(foundIn(text, { ...planted, 'tampered token': tampered })).toEqual([])
  })

  it('is in no log line, metric, error or message of a function in the background', async () => {
    const { api, planted } = await plant()
    const error = await cancelled(api)
    const { store, runtime } = api
    const broken = interceptStore(store, () => Promise.reject(error))
    const queue = new MemoryQueue(runtime.now)
    const events = (await allRows(store, 'Events')).map(parseEvent)
    const thrown: unknown[] = []
    const run = async (work: Parameters<typeof backgroundHandler>[0]) => {
      const context = { getRemainingTimeInMillis: () => 10_000 } as Context
      await backgroundHandler(work)({}, context).catch((cause) => thrown.push(cause))
    }
    const text = await printedBy(async () => {
      await run((_, observer) => {
        const deps = { store, runtime, observer, subscribers: { 'start-saga': 'queue' }, queue }
        return allRows(store, 'Outbox').then((rows) =>
          relayOutbox(deps, { Records: rows.map(insertedRow) }, runtime.now() + 8_000),
        )
      })
      await run((_, observer) => {
        const damaged = insertedRow({ pk: 'p', sk: 's', event: { ...planted }, ...planted })
        const deps = { store, runtime, observer, subscribers: { 'start-saga': 'queue' }, queue }
        return relayOutbox(deps, { Records: [damaged] }, runtime.now() + 8_000)
      })
      for (const used of [store, broken])
        await run((_, observer) =>
          consumeBatch(
            { store: used, runtime, observer },
            projectViews(used, runtime),
            eventBatch(events),
            runtime.now() + 8_000,
          ),
        )
      for (const body of [...Object.values(planted), JSON.stringify(planted)])
        await run((_, observer) => {
          const record = { ...sqsRecord('m', null), body }
          const deps = { store, runtime, observer }
          return consumeBatch(deps, projectViews(store, runtime), { Records: [record] }, runtime.now() + 8_000)
        })
      await run((_, observer) => {
        const tools = { webhooks: { send: () => Promise.reject(error) }, runtime }
        const task = { do: 'deliver', tenant: 'acme', sagaId: 's1', generation: 1, token: planted['bearer token'] }
        return runSagaTask(webhook, { store: broken, runtime, tools, observer }, task, runtime.now() + 8_000)
      })
      await run(() => Promise.reject(error))
    })
    expect(text).toContain('event was not applied')
    expect(text).toContain('message could not be parsed')
    expect(text).toContain('outbox row is not a valid event')
    expect(text).toContain('saga task failed')
    expect(text).toContain('_aws')
    expect(thrown).toHaveLength(2)
    expect(foundIn(text, planted)).toEqual([])
    // Lambda logs a thrown error with all its properties.
    expect(
      foundIn(JSON.stringify(thrown.map((each) => ({ ...(each as Error), text: String(each) }))), planted),
    ).toEqual([])
    const messages = await queue.receive('queue')
    expect(messages.length).toBeGreaterThan(0)
    expect(foundIn(JSON.stringify(messages), planted)).toEqual([])
  })

  it('is stored where it is needed, and nowhere else', async () => {
    const { api, planted } = await plant()
    const dump = Object.entries(await dumpStore(api.store)).flatMap(([table, rows]) =>
      rows.flatMap((row) => foundIn(JSON.stringify(row), planted).map((name) => `${name}: ${table}`)),
    )
    // Request keys hold the responses for duplicates of writes, and expire.
    const inBoth = Object.keys(words).concat('secret of a webhook', 'previous secret of a webhook')
    expect([...new Set(dump)].toSorted()).toEqual(
      inBoth.flatMap((name) => [`${name}: RequestKeys`, `${name}: Tickets`]).toSorted(),
    )
  })
})
