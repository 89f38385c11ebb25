import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { GetSendQuotaCommand, SESClient } from '@aws-sdk/client-ses'
import { describe, expect, it } from 'vitest'
import type { WireService } from '../../localstack/embedded/edge/answer.ts'
import { clientOptions, ownEdge } from '../../localstack/embedded/test/edge/own-edge.ts'
import { DynamoStore } from '../../tables/dynamo-store.ts'

const minuteMs = 60_000

/** An edge whose clock is so far ahead of ours, with a table that counts what is put into it. */
async function edgeAhead(ms: number) {
  const asked: string[] = []
  const dynamodb: WireService = {
    handle: async () => ({}),
    async answer(operation) {
      asked.push(operation)
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' }
    },
  }
  const edge = await ownEdge({ dynamodb, ses: { handle: async () => ({}) } }, { now: () => Date.now() + ms })
  return { edge, asked, options: clientOptions(edge) }
}

const put = new PutItemCommand({ TableName: 'Items', Item: { pk: { S: '1' } } })
const nameOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'done',
    (error: Error) => error.name,
  )

describe('a call signed by a wrong clock', () => {
  it.each([
    [4, 'done'],
    [-4, 'done'],
    [6, 'InvalidSignatureException'],
    [-6, 'InvalidSignatureException'],
  ])('that is %i minutes off gets %s', async (minutes, answer) => {
    const { options, asked } = await edgeAhead(minutes * minuteMs)
    expect(await nameOf(new DynamoDBClient(options).send(put))).toBe(answer)
    expect(asked.length).toBe(answer === 'done' ? 1 : 0)
  })

  it('is refused with the error of its service, and S3 tolerates more', async () => {
    const { options } = await edgeAhead(6 * minuteMs)
    expect(await nameOf(new SESClient(options).send(new GetSendQuotaCommand()))).toBe('SignatureDoesNotMatch')
    const list = new ListObjectsV2Command({ Bucket: 'no-bucket' })
    const s3 = async (minutes: number) =>
      nameOf(new S3Client({ ...(await edgeAhead(minutes * minuteMs)).options, forcePathStyle: true }).send(list))
    expect([await s3(14), await s3(16)]).toEqual(['NoSuchBucket', 'RequestTimeTooSkewed'])
  })

  it('is retried by an SDK that corrected its clock from the response, even by hours', async () => {
    const { options, asked } = await edgeAhead(-26 * 60 * minuteMs)
    const client = new DynamoDBClient({ ...options, maxAttempts: 2 })
    expect([await nameOf(client.send(put)), asked.length]).toEqual(['done', 1])
  })

  it('did not start a transaction: the store reports it as retryable, and the retry succeeds', async () => {
    const { options, asked } = await edgeAhead(6 * minuteMs)
    const store = new DynamoStore({ Tickets: 'Tickets' }, options)
    const write = () => store.transactWrite([{ kind: 'put', table: 'Tickets', row: { pk: 'p', sk: 'a' } }], 'token')
    expect([await write(), asked.length]).toEqual([{ status: 'throttled' }, 0])
    expect([await write(), asked.length]).toEqual([{ status: 'committed' }, 1])
  })
})
