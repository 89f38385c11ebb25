import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { DeleteObjectsCommand, ListBucketsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { destroySteps } from '../../commands/deploy/deployment.ts'
import { findLocalData } from '../../commands/deploy/local-data.ts'
import { protectedTables } from '../../commands/deploy/protected-tables.ts'
import { bucketsOf, describeContent, emptyBucket } from '../../commands/deploy/stage-buckets.ts'
import { askToContinue } from '../../commands/terminal/ask.ts'
import { resourcesOf, templateText } from './synthesized.ts'

interface Version {
  Key: string
  VersionId: string
  isMarker?: boolean
}

interface Stored {
  buckets?: string[]
  versions?: Version[]
  locked?: string
  /** Gets, of each deletion, whether it asks to bypass governance. */
  asked?: unknown[]
}

/** S3 with these object versions in every bucket, a page of three at a time; `locked` can't be deleted. */
function s3({ buckets = [], versions = [], locked, asked = [] }: Stored) {
  let stored = versions
  const send = async (command: unknown) => {
    if (command instanceof ListBucketsCommand) return { Buckets: buckets.map((Name) => ({ Name })) }
    if (command instanceof ListObjectVersionsCommand) {
      const page = stored.slice(0, Math.min(3, command.input.MaxKeys ?? 0))
      const [Versions, DeleteMarkers] = [page.filter((each) => !each.isMarker), page.filter((each) => each.isMarker)]
      return { Versions, DeleteMarkers, IsTruncated: stored.length > 3 }
    }
    if (command instanceof DeleteObjectsCommand) {
      asked.push(command.input.BypassGovernanceRetention)
      const isDeleted = ({ Key, VersionId }: Version) =>
        Key !== locked &&
        command.input.Delete?.Objects?.some((each) => each.Key === Key && each.VersionId === VersionId)
      const refused = command.input.Delete?.Objects?.filter(({ Key }) => Key === locked) ?? []
      stored = stored.filter((each) => !isDeleted(each))
      return { Errors: refused.map(({ Key }) => ({ Key, Code: 'AccessDenied', Message: 'Object Lock' })) }
    }
    throw new Error('an unexpected call')
  }
  return { client: { send } as unknown as S3Client, left: () => stored }
}

const someVersions: Version[] = Array.from({ length: 8 }, (_, n) => {
  return { Key: `clean/${n % 3}`, VersionId: `v${n}`, isMarker: n % 4 === 0 }
})

describe('a bucket of a stage that is destroyed', () => {
  it('is found by stage, account and region, so that no other bucket is emptied', async () => {
    const ours = 'steadfast-dev-attachments-123456789012-eu-west-1'
    const digests = 'steadfast-dev-digests-123456789012-eu-west-1'
    const { client } = s3({
      buckets: [
        ours,
        digests,
        'steadfast-dev-attachments-123456789012-eu-west-10',
        'steadfast-dev-attachments-123456789012-us-east-1',
        'steadfast-prod-attachments-123456789012-eu-west-1',
        'my-steadfast-dev-attachments-123456789012-eu-west-1',
        'steadfast-dev-attachments-mine-123456789012-eu-west-1',
      ],
    })
    expect(await bucketsOf(client, 'dev', 'eu-west-1')).toEqual([ours, digests])
  })

  it('is found whichever bucket of the templates it is: CloudFormation deletes none that holds anything', async () => {
    const deployed = resourcesOf('dev', 'AWS::S3::Bucket').map(({ Properties }) =>
      templateText(Properties.BucketName).replace('{AccountId}', '123456789012').replace('{Region}', 'eu-west-1'),
    )
    expect(deployed.length).toBeGreaterThan(2)
    expect(await bucketsOf(s3({ buckets: deployed }).client, 'dev', 'eu-west-1')).toEqual(deployed)
  })

  it('is emptied page by page, old versions and delete markers too', async () => {
    const { client, left } = s3({ versions: someVersions })
    expect(await emptyBucket(client, 'bucket')).toBe(8)
    expect(left()).toEqual([])
    expect(await emptyBucket(client, 'bucket')).toBe(0)
  })

  it('is not taken for empty when S3 refuses to delete an object', async () => {
    const { client } = s3({ versions: someVersions, locked: 'clean/1' })
    await expect(emptyBucket(client, 'bucket')).rejects.toThrow(
      'clean/1 in bucket could not be deleted: AccessDenied Object Lock',
    )
    await expect(emptyBucket(client, 'steadfast-dev-digests-1')).rejects.toThrow(
      'AccessDenied Object Lock. S3 Object Lock keeps the digests of history: run the command again with the right s3:BypassGovernanceRetention, or once the lock is over',
    )
  })

  it('is emptied of what governance locks, by who may bypass it; S3 refuses to be asked for that without Object Lock', async () => {
    const asked: unknown[] = []
    for (const bucket of ['steadfast-dev-digests-1', 'steadfast-dev-attachments-1'])
      await emptyBucket(s3({ versions: someVersions.slice(0, 2), asked }).client, bucket)
    expect(asked).toEqual([true, undefined])
  })

  it('is named with what would be lost', async () => {
    expect(await describeContent(s3({ versions: someVersions.slice(0, 2) }).client, 'b')).toBe('2 object versions in b')
    expect(await describeContent(s3({ versions: someVersions }).client, 'b')).toBe('more than 3 object versions in b')
  })
})

describe('the tables of a stage that is destroyed', () => {
  const tables: Record<string, boolean> = {
    'steadfast-dev-events': true,
    'steadfast-dev-outbox': false,
    'steadfast-prod-events': true,
    'another-dev-events': true,
  }
  /** DynamoDB with these tables, two a page. */
  const client = {
    send: async (command: unknown) => {
      const names = Object.keys(tables)
      if (command instanceof ListTablesCommand) {
        const from = names.indexOf(command.input.ExclusiveStartTableName ?? '') + 1
        const TableNames = names.slice(from, from + 2)
        return { TableNames, LastEvaluatedTableName: from + 2 < names.length ? TableNames.at(-1) : undefined }
      }
      if (command instanceof DescribeTableCommand)
        return { Table: { DeletionProtectionEnabled: tables[String(command.input.TableName)] } }
      throw new Error('an unexpected call')
    },
  }
  Object.setPrototypeOf(client, DynamoDBClient.prototype)

  it('are asked whether they refuse to be deleted, before any file is: those of this stage only', async () => {
    const asked = client as unknown as DynamoDBClient
    expect(await protectedTables(asked, 'dev')).toEqual(['steadfast-dev-events'])
    expect(await protectedTables(asked, 'staging')).toEqual([])
  })
})

describe('the question before a stage is destroyed', () => {
  it.each([
    ['y\n', true],
    [' YES \n', true],
    ['n\n', false],
    ['\n', false],
    ['yet\n', false],
    ['', false],
  ])('takes only a clear yes: %j', async (typed, isYes) => {
    const input = new PassThrough()
    input.end(typed)
    expect(await askToContinue('Continue?', input, new PassThrough())).toBe(isYes)
  })
})

describe('the stacks of a stage', () => {
  it('are destroyed all, named by an assembly of that stage, and without the question of the CDK CLI', () => {
    // A user pool is there only where it was chosen; a stack that does not exist is none to delete.
    expect(destroySteps('dev', '/build')).toEqual({
      synth: [
        ...['synth', '--quiet', '--output', '/build', '--context', 'stage=dev', '--context', 'bundles=none'],
        ...['--context', 'identity=cognito'],
      ],
      destroy: ['destroy', '--all', '--force', '--app', '/build'],
    })
    expect(destroySteps('local', '/build').synth.slice(-2)).toEqual(['--context', 'keySet=parameter'])
  })
})

describe('the data folder of a stage that is destroyed', () => {
  const gone = { stage: 'local', endpointUrl: 'http://127.0.0.1:9', region: 'us-east-1' }
  const onAws = { stage: 'dev', region: 'eu-west-1' }
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'steadfast-local-data-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true }))

  const outputsFile = () => join(dataDir, 'outputs.json')
  function store(ApiUrl: string, EventsTable: string) {
    writeFileSync(outputsFile(), JSON.stringify({ ApiUrl, EventsTable }))
  }

  it('loses its outputs once the stage is gone, even when its tables were gone before', async () => {
    store('http://127.0.0.1:9/_aws/execute-api/a/api', 'steadfast-local-events')
    const localData = await findLocalData(dataDir, gone)
    expect(existsSync(outputsFile())).toBe(true)
    localData?.forget()
    expect(existsSync(outputsFile())).toBe(false)
  })

  it('loses them, too, when the stage uses a restored set of tables', async () => {
    store('http://127.0.0.1:9/_aws/execute-api/a/api', 'steadfast-local-events-r20260301')
    expect(await findLocalData(dataDir, gone)).toBeDefined()
  })

  it.each([
    ['of another emulator', 'http://127.0.0.1:8/_aws/execute-api/a/api', 'steadfast-local-events', gone],
    ['of another stage', 'https://a.execute-api.eu-west-1.amazonaws.com/api', 'steadfast-prod-events', onAws],
    ['of another region', 'https://a.execute-api.us-east-1.amazonaws.com/api', 'steadfast-dev-events', onAws],
    ['without an address', '', 'steadfast-local-events', gone],
  ])('is left alone when it holds the outputs %s', async (_, apiUrl, table, deployed) => {
    store(apiUrl, table)
    expect(await findLocalData(dataDir, deployed)).toBeUndefined()
  })

  it('is left alone when it holds no outputs', async () => {
    expect(await findLocalData(dataDir, gone)).toBeUndefined()
  })
})
