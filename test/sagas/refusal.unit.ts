import { describe, expect, it } from 'vitest'
import { tenantBytesMax } from '../../domain/upload-quota.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { compile } from '../../sagas/compile.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'
import { drive } from './drive-machine.ts'

describe('a refusal that the timeline does not take', () => {
  it.each<[name: string, answer: () => unknown]>([
    ['the write fails', () => Promise.reject(new Error('no connection'))],
    ['the saga is no longer as the write expects it', async () => ({ status: 'condition-failed' })],
  ])('still compensates the saga, and its caller learns why: %s', async (_, answer) => {
    const file = await new AttachmentCase().request(promiseOf(png))
    const usedUp = { pk: 'TENANT#acme#QUOTA#ATTACHMENTS', sk: 'BYTES', usedBytes: tenantBytesMax }
    await file.store.write({ kind: 'put', table: 'Quotas', row: usedUp })
    let lost = 0
    const store = interceptStore(file.store, async (call, proceed) => {
      const set = call.method === 'write' && 'set' in call.args[0] ? call.args[0].set : {}
      if (!Object.keys(set ?? {}).some((name) => name.startsWith('t_'))) return proceed()
      lost++
      return answer()
    })
    await file.write(attachment)
    const machine = compile(attachment, { functionArn: 'arn' })
    const input = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
    const { status } = await drive(machine, input, (task) => file.task(task, { store }))
    expect([status, lost]).toEqual(['succeeded', 1])
    expect(await file.get()).toMatchObject({ state: 'rejected', reason: expect.stringContaining('quota') })
    expect((await file.saga()).state).toBe('compensated')
  })
})
