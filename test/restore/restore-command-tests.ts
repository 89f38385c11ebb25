import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { cachedTokens } from '../../commands/load/cached-tokens.ts'
import { startTemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { putIntoService, stopWhatGoesOn, takeOutOfService } from '../../proof/drill/service.ts'
import {
  backUpTables,
  copyIntoService,
  emptyTables,
  restoreTables,
  tablesBesideTickets,
} from '../../proof/drill/tables.ts'
import { ticketSessions } from '../../proof/load/plan.ts'
import { runLoad } from '../../proof/load/run-load.ts'
import { invokeNow } from '../../scenarios/runner/context/state-machines.ts'
import { eicar, png, put, settled, slotFor } from '../e2e/uploads.ts'
import { runCommand } from '../fixtures/run-node.ts'

const limitMs = 240_000

/** What an operator types on AWS, on a stack of its own. */
export function testRestoreCommand(): void {
  it('is repaired, resumed and found whole by the commands that an operator runs', { timeout: 300_000 }, async () => {
    const stack = await startTemporaryStack()
    const dir = mkdtempSync(join(tmpdir(), 'steadfast-restore-'))
    try {
      const target = { ...stack, edgeUrl: String(stack.edgeUrl) }
      const openTickets = (run: string) =>
        runLoad({ apiUrl: stack.apiUrl, tokenFor: cachedTokens(stack.dataDir) }, ticketSessions(run, 10), {
          copies: 1,
          arrivals: { concurrency: 4 },
          onProgress() {},
        })
      const at = ['--state', join(dir, 'repaired.json'), '--data', stack.dataDir]
      await openTickets('kept')
      const { attachment, slot } = await slotFor(stack, 'acme', png)
      expect((await put(slot, png)).status).toBe(200)
      expect((await settled(attachment)).state).toBe('ready')
      const [tickets] = await backUpTables(target, async () => {}, ['Tickets'])
      await openTickets('lost')
      // What a bad release does to a file: its row still names the other bytes.
      await attachment.copyLate(eicar)
      const others = await backUpTables(target, async () => {}, tablesBesideTickets)
      if (!tickets) throw new Error('nothing was backed up')
      const lostFrom = new Date().toISOString()
      await takeOutOfService(target.edgeUrl)
      const restored = await restoreTables(target, [tickets, ...others])
      writeFileSync(join(dir, 'sent.json'), '[]')
      const restoredTo = new Date(tickets.atMs).toISOString()
      const times = ['--restored-to', restoredTo, '--lost-from', lostFrom]
      const repair = await runCommand(
        'restore',
        ['repair', '--table-set', 'restored', '--sent', join(dir, 'sent.json'), ...times, ...at],
        { limitMs },
      )
      expect(repair.stdout).toContain('10 events are lost')
      expect(repair.stdout).toContain('1 files have their old object again, and 0 lack it')
      await stopWhatGoesOn(target.edgeUrl)
      await emptyTables(stack.store)
      await copyIntoService(target, restored.store)
      await putIntoService(target.edgeUrl)
      const unended = await runCommand('check', ['--data', stack.dataDir], { limitMs })
      expect(unended.stdout).toContain('no run in the ledger that says when service was back')
      const resume = runCommand('restore', ['resume', ...at], { limitMs })
      for (let isOver = false; !isOver; ) {
        await invokeNow(stack, stack.outputs.ReconcileConsumersFunction)
        isOver = await Promise.race([resume.then(() => true), sleep(1_000).then(() => false)])
      }
      expect(await resume).toMatchObject({ code: 0 })
      const { downloadUrl } = await attachment.get()
      expect(Buffer.from(await (await fetch(downloadUrl)).arrayBuffer())).toEqual(png)
      const check = await runCommand('check', ['--data', stack.dataDir], { limitMs })
      expect(check.code, check.stdout).toBe(0)
    } finally {
      rmSync(dir, { recursive: true, force: true })
      await stack.stop()
    }
  })
}
