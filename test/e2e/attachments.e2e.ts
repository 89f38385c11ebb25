import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import { expectNoSecretInLogs } from './no-secret-in-logs.ts'
import { eicar, png, pollOptions, put, settled, sha256, slotFor } from './uploads.ts'

describe('a file on a stack that was started by one command', () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 90_000)
  afterAll(async () => {
    await stack.stop()
  })

  it('is uploaded to the address that its attachment gives, and downloaded from the next one, byte for byte', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-file', png)
    expect((await put(slot, png)).status).toBe(200)
    const ready = await settled(attachment)
    expect(ready).toMatchObject({ state: 'ready', fileName: 'Grüße (1).png' })
    const download = await fetch(String(ready.downloadUrl))
    expect(Buffer.from(await download.arrayBuffer())).toEqual(png)
    expect(download.headers.get('content-type')).toBe('image/png')
    expect(download.headers.get('content-disposition')).toContain("filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29.png")
    const saga = await attachment.saga()
    expect(saga).toMatchObject({ state: 'completed', ticketId: attachment.ticketId })
    expect(await attachment.eventTypes()).toEqual([
      'ticket.opened',
      'ticket.attachment_requested',
      'ticket.attachment_added',
    ])
  })

  it('is refused by its address when it is another one, has another type, or comes twice', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-refused', png)
    expect((await put(slot, Buffer.from(png).fill(1, 60))).status).toBe(400)
    expect((await put(slot, Buffer.concat([png, png]))).status).toBe(403)
    expect((await put(slot, png, { 'Content-Type': 'text/html' })).status).toBe(403)
    expect((await put(slot, png, { 'x-amz-checksum-sha256': sha256(randomBytes(9), 'base64') })).status).toBe(403)
    expect((await fetch(slot.uploadUrl.replace('quarantine', 'clean'), { method: 'PUT', body: png })).status).toBe(403)
    expect((await attachment.get()).state).toBe('awaiting_upload')
    const [first, second] = await Promise.all([put(slot, png), put(slot, png)])
    expect([first.status, second.status].toSorted()).toEqual([200, 412])
    expect((await settled(attachment)).state).toBe('ready')
  })

  it('is rejected when it is infected, and can be downloaded by nobody', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-infected', eicar, 'text/plain')
    expect((await put(slot, eicar)).status).toBe(200)
    const rejected = await settled(attachment)
    expect(rejected).toMatchObject({ state: 'rejected', reason: expect.stringContaining('infected') })
    expect(rejected).not.toHaveProperty('downloadUrl')
    expect(await attachment.saga()).toMatchObject({ state: 'compensated', reason: expect.stringContaining('infected') })
    expect(await attachment.objects()).toEqual([])
  })

  it('is removed by its uploader: no URL any more, no object, and a second request changes nothing', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-removed', png)
    await put(slot, png)
    const { downloadUrl } = await settled(attachment)
    const accepted = await attachment.remove()
    expect([accepted.status, accepted.body.state]).toEqual([202, 'removing'])
    await expect.poll(async () => (await attachment.get()).state, pollOptions).toBe('removed')
    await expect.poll(() => attachment.objects(), pollOptions).toEqual([])
    expect(await attachment.get()).not.toHaveProperty('downloadUrl')
    expect((await fetch(String(downloadUrl))).status).toBe(404)
    const again = await attachment.remove()
    expect([again.status, again.body.state]).toEqual([202, 'removed'])
    expect((await attachment.eventTypes()).slice(3)).toEqual([
      'ticket.attachment_removal_requested',
      'ticket.attachment_removed',
    ])
  })

  it('is removed by the hourly sweep when S3 copied it after everything was undone', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-copied-late', eicar, 'text/plain')
    await put(slot, eicar)
    expect((await settled(attachment)).state).toBe('rejected')
    await attachment.copyLate(eicar)
    expect(await attachment.objects()).toHaveLength(1)
    const address = `${stack.edgeUrl}/2015-03-31/functions/${stack.outputs.SweepCopiesFunction}/invocations`
    expect(await (await fetch(address, { method: 'POST', body: '{}' })).json()).toMatchObject({ removed: 1, failed: 0 })
    expect(await attachment.objects()).toEqual([])
  })

  it('expires when it never comes, and is removed when it comes after that', async () => {
    const { attachment, slot } = await slotFor(stack, 'e2e-late', png)
    await attachment.endWait()
    expect(await settled(attachment)).toMatchObject({ state: 'expired', reason: 'nothing was uploaded in time' })
    expect((await put(slot, png)).status).toBe(200)
    await expect.poll(() => attachment.objects(), pollOptions).toEqual([])
    expect((await attachment.get()).state).toBe('expired')
  })

  it('is removed, and another one is found by the sweeper, when the stack was killed between their requests and what follows', async () => {
    const [removed, uploaded] = [
      await slotFor(stack, 'e2e-removal-killed', png),
      await slotFor(stack, 'e2e-upload-killed', png),
    ]
    await put(removed.slot, png)
    await settled(removed.attachment)
    const answers = await Promise.all([put(uploaded.slot, png), removed.attachment.remove()])
    expect(answers.map(({ status }) => status)).toEqual([200, 202])
    await stack.kill()
    await stack.startAgain()
    await expect
      .poll(async () => (await removed.attachment.get()).state, { ...pollOptions, timeout: 60_000 })
      .toBe('removed')
    await expect.poll(() => removed.attachment.objects(), pollOptions).toEqual([])
    // Its own notification may have come through before; the schedule of the sweeper is not waited for.
    const stateAfterSweep = async () => {
      const address = `${stack.edgeUrl}/2015-03-31/functions/${stack.outputs.SweepUploadsFunction}/invocations`
      await fetch(address, { method: 'POST', body: '{}' })
      return (await uploaded.attachment.get()).state
    }
    await expect.poll(stateAfterSweep, { timeout: 60_000, interval: 500 }).toBe('ready')
  }, 120_000)

  it('leaves no presigned URL, token or file name in logs and executions', () => {
    expectNoSecretInLogs(stack, ['X-Amz-Signature', 'Grüße'])
  })

  it('leaves every invariant standing, with all rows and objects', async () => {
    await expectEveryInvariant(stack)
    await expectKnownRows(stack)
  }, 90_000)
})
