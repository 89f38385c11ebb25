import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { priorityScale } from '../../app/migrate/priority-scale.ts'
import { refuseUnfitDeployment, refuseUnfitVersion } from '../../commands/stack/version-gate.ts'
import type { Stage } from '../../domain/migration.ts'
import { TargetError } from '../../proof/target.ts'
import { type StoredStages, stagesRow } from '../../tables/migrations.ts'

const at = '2026-03-01T12:00:00.000Z'

/** The row of a target whose migration stands at `stage` and has been at `reached`. */
function standingAt(stage: Stage, reached = stage): StoredStages {
  const state = { stage, reached, moved: { by: 'ada', at }, settledAt: at }
  return { revision: 1, changeId: 'one', migrations: { [priorityScale.name]: state } }
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

type Answer = StoredStages | undefined | 'unreachable' | 'AccessDeniedException'

/** DynamoDB with one table, which answers with this row, none where it is undefined, with an error, or with nothing at all. */
async function dynamodb(table: string, stored: Answer): Promise<string> {
  const server = createServer(async (request, response) => {
    const { TableName, Key } = (await json(request)) as { TableName: string; Key: unknown }
    const error = TableName === table ? stored : 'ResourceNotFoundException'
    response.setHeader('content-type', 'application/x-amz-json-1.0')
    if (typeof error === 'string') {
      response
        .writeHead(400)
        .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${error}`, message: 'no' }))
      return
    }
    const isAsked = JSON.stringify(Key) === JSON.stringify(marshall(stagesRow.key))
    const Item = isAsked && stored && typeof stored === 'object' ? marshall({ ...stagesRow.key, ...stored }) : undefined
    response.end(JSON.stringify({ Item }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => server.close().closeAllConnections()
  if (stored === 'unreachable') close()
  else closers.push(close)
  return `http://127.0.0.1:${port}`
}

/** The data folder of a target whose table of tickets answers so. */
async function dataFolder(stored: Answer): Promise<string> {
  const endpointUrl = await dynamodb('the-tickets', stored)
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-gate-'))
  closers.push(() => rmSync(dir, { recursive: true }))
  const outputs = { ApiUrl: `${endpointUrl}/api`, TicketsTable: 'the-tickets' }
  writeFileSync(join(dir, 'outputs.json'), JSON.stringify(outputs))
  return dir
}

describe('a start', () => {
  it.each([
    [
      'an older version on data that a migration has changed',
      'switch-reads',
      'expand',
      'deploy',
      'this version is older than the data: the migration priority-scale has reached "switch-reads", and this version knows it up to "deploy". Deploy a version that knows it further',
    ],
    [
      'a newer version before its migration',
      'validate',
      'stop-old-writes',
      'contract',
      'this version is newer than the data: it needs the migration priority-scale at "stop-old-writes", and it stands at "validate". With the version before, run: npm run migrate -- next priority-scale --from validate',
    ],
  ] as const)('of %s is refused, in one line that says what to do', async (_, stage, from, to, refusal) => {
    const refused = refuseUnfitVersion(await dataFolder(standingAt(stage)), [
      { ...priorityScale, understands: { from, to } },
    ])
    await expect(refused).rejects.toThrow(TargetError)
    await expect(refused).rejects.toThrow(refusal)
  })

  it('of an older version is refused although the migration went back, as what it wrote in the new form stays', async () => {
    const older = [{ ...priorityScale, understands: { from: 'expand', to: 'deploy' } as const }]
    const dir = await dataFolder(standingAt('deploy', 'stop-old-writes'))
    await expect(refuseUnfitVersion(dir, older)).rejects.toThrow('has reached "stop-old-writes"')
  })

  it('of a newer version is refused where no migration was ever begun', async () => {
    const newer = [{ ...priorityScale, understands: { from: 'contract', to: 'contract' } as const }]
    await expect(refuseUnfitVersion(await dataFolder(undefined), newer)).rejects.toThrow('this version is newer')
  })

  it.each(['expand', 'deploy', 'backfill', 'validate', 'switch-reads', 'stop-old-writes', 'contract'] as const)(
    'of this version passes on data at "%s"',
    async (stage) => {
      await expect(refuseUnfitVersion(await dataFolder(standingAt(stage)))).resolves.toBeUndefined()
    },
  )

  it('passes where nothing was deployed before, and where the target cannot be asked: each function asks again', async () => {
    const newer = [{ ...priorityScale, understands: { from: 'contract', to: 'contract' } as const }]
    await expect(refuseUnfitVersion('/nowhere', newer)).resolves.toBeUndefined()
    await expect(refuseUnfitVersion(await dataFolder('unreachable'), newer)).resolves.toBeUndefined()
  })
})

describe('a deployment to a stage', () => {
  const newer = [{ ...priorityScale, understands: { from: 'contract', to: 'contract' } as const }]

  it.each([
    ['', {}],
    ['-r20260301', { tableSet: 'r20260301' }],
  ])('asks its own table, as the data folder of a pipeline is new: steadfast-dev-tickets%s', async (suffix, set) => {
    const endpointUrl = await dynamodb(`steadfast-dev-tickets${suffix}`, standingAt('validate'))
    const deployed = { stage: 'dev', endpointUrl, ...set }
    await expect(refuseUnfitDeployment(deployed, newer)).rejects.toThrow('this version is newer')
    await expect(refuseUnfitDeployment(deployed)).resolves.toBeUndefined()
  })

  it('is the first one where there is no table, and nobody has to be asked', async () => {
    const endpointUrl = await dynamodb('another-table', undefined)
    await expect(refuseUnfitDeployment({ stage: 'dev', endpointUrl }, newer)).resolves.toBeUndefined()
  })

  it.each(['AccessDeniedException', 'unreachable'] as const)(
    'says that nobody was asked where that is so: %s',
    async (answer) => {
      const endpointUrl = await dynamodb('steadfast-dev-tickets', answer)
      await expect(refuseUnfitDeployment({ stage: 'dev', endpointUrl }, newer)).resolves.toMatch(
        /^The version gate could not ask steadfast-dev-tickets \(.+\): .*dynamodb:GetItem/,
      )
    },
  )
})
