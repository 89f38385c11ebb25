import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatRepaired } from '../../app/restore/repaired-file.ts'
import { restoredTables } from '../../app/restore/restored-tables.ts'
import { nameInSet } from '../../infra/constructs/table-names.ts'
import { runCommand } from '../fixtures/run-node.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'steadfast-resume-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** Outputs of a stage on AWS whose tables are of this set. */
function outputsOf(set: string): string {
  const names = restoredTables.map((table) => {
    const firstName = `steadfast-prod-${table.replaceAll(/(?<!^)(?=[A-Z])/g, '-').toLowerCase()}`
    return [`${table}Table`, nameInSet(firstName, set)]
  })
  return JSON.stringify({ ApiUrl: 'https://api.example.com/prod', ...Object.fromEntries(names) })
}

async function resume({ repaired, deployed }: { repaired: string; deployed: string }) {
  const state = join(dir, 'repaired.json')
  const record = {
    restoredTo: '2026-03-01T12:00:00.000Z',
    lostFrom: '2026-03-01T12:05:00.000Z',
    events: [],
    effects: [],
  }
  const objects = { removed: 0, restored: 0, missing: [] }
  writeFileSync(state, formatRepaired({ undelivered: [], record, rowsWritten: 0, objects, tableSet: repaired }))
  writeFileSync(join(dir, 'outputs.json'), outputsOf(deployed))
  // No call to AWS may succeed.
  const env = { ...process.env, AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1', AWS_PROFILE: '' }
  return runCommand('restore', ['resume', '--state', state, '--data', dir], { env })
}

describe('a resumption', () => {
  it.each(['first', 'r20260101'])(
    'is refused while other tables than the repaired ones are in service: %s',
    async (deployed) => {
      const { code, stderr } = await resume({ repaired: 'r20260301', deployed })
      expect(code).toBe(1)
      expect(stderr).toBe(
        `error: ${join(dir, 'outputs.json')} names ${nameInSet('steadfast-prod-tickets', deployed)}, but steadfast-prod-tickets-r20260301 was repaired: put the repaired tables into service first (docs/restore.md), or give the data folder of their deployment with --data\n`,
      )
    },
  )

  it('is not refused for the repaired tables', async () => {
    const { stderr } = await resume({ repaired: 'r20260301', deployed: 'r20260301' })
    expect(stderr).toContain('Noting what has to be delivered')
    expect(stderr).not.toContain('was repaired')
  })
})
