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
import { refuseUnfitVersion } from '../../commands/stack/version-gate.ts'
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

/** The data folder of a target whose tables answer with this row, none where it is undefined, or with nothing at all. */
async function dataFolder(stored: StoredStages | undefined | 'unreachable'): Promise<string> {
  const server = createServer(async (request, response) => {
    const { TableName, Key } = (await json(request)) as { TableName: string; Key: unknown }
    const isAsked = TableName === 'the-tickets' && JSON.stringify(Key) === JSON.stringify(marshall(stagesRow.key))
    const Item = isAsked && typeof stored === 'object' ? marshall({ ...stagesRow.key, ...stored }) : undefined
    response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify({ Item }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => server.close().closeAllConnections()
  if (stored === 'unreachable') close()
  else closers.push(close)
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-gate-'))
  closers.push(() => rmSync(dir, { recursive: true }))
  const outputs = { ApiUrl: `http://127.0.0.1:${port}/api`, TicketsTable: 'the-tickets' }
  writeFileSync(join(dir, 'outputs.json'), JSON.stringify(outputs))
  return dir
}

describe('a start or a deployment', () => {
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
