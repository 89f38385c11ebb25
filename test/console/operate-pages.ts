import type { Browser } from 'playwright-core'
import { expect, it } from 'vitest'
import type { TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { operateStats } from '../../proof/views/operate-stats.ts'
import { withShortenedTimes } from '../../scenarios/runner/context/state-machines.ts'
import { checkpointRow } from '../../tables/checkpoints.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { statsRow, viewShard } from '../../tables/views.ts'
import { caller } from '../e2e/running-stack.ts'
import { axeFindings, openTab, scrollsSideways, tabTo } from './browser.ts'

/** What the tests of *A saga* and *Operate* need of the console's stack. */
export interface OperateContext {
  stack: TemporaryStack
  browser: Browser
  /** Of the console. */
  address: string
}

/** Tests of the pages *A saga* and *Operate* on a whole stack. */
export function testOperatePages(context: () => OperateContext): void {
  it('shows why a saga is parked, and resumes it by a click, once', async () => {
    const { stack, browser, address } = context()
    const [first = '', second = '', third = ''] = await parkedSagas(stack, 3)
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#operate`)
    await page.getByRole('button', { name: `Resume: notification ${first}` }).waitFor()
    expect(await axeFindings(page)).toEqual([])

    // From the list to the saga, by keyboard alone.
    const link = page.getByRole('row', { name: new RegExp(first) }).getByRole('link')
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByText('It waits for an operator to resume it.').waitFor()
    const graph = page.getByRole('img', { name: /notice, budget, mail \(pivot\), record/ })
    expect(await graph.getAttribute('aria-label')).toMatch(/undo notice parked after \d/)
    await page
      .getByText(/undo notice: failed/)
      .first()
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.setViewportSize({ width: 400, height: 800 })
    expect([await scrollsSideways(page), await axeFindings(page)]).toEqual([false, []])
    await page.setViewportSize({ width: 1280, height: 900 })
    await tabTo(page, /Show the fence of notice/, 'button')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText('StepKeys').first().waitFor()
    await page.keyboard.press('Escape')

    await removeFault(stack, undoFails.name)
    // By keyboard where one is; by a double click in the list.
    await tabTo(page, /^Resume/, 'button')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'notification: compensated' }).waitFor()
    await page.getByText('undo notice: undone').first().waitFor()
    await page.goto(`${address}#operate`)
    const again = page.getByRole('button', { name: `Resume: notification ${second}` })
    await again.dblclick()
    await page
      .getByText(/Resumed: it goes on from where it failed/)
      .first()
      .waitFor()
    await again.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Resume all: every parked saga' }).click()
    await page.getByText('Finished: 1 resumed.').waitFor()
    for (const id of [first, second, third])
      await expect.poll(() => stored(stack, id)).toEqual({ state: 'compensated', commands: 1 })
    expect(complaints).toEqual([])
    await page.close()
  })

  it('runs a failing saga now for two operators at once, and once', async () => {
    const { stack, browser, address } = context()
    const noMail = { name: 'operate-no-mail', at: 'call', where: { service: 'ses' }, fault: { do: 'throttle' } }
    await setFault(stack, noMail)
    const id = await notify(stack, 'dora', 'dora@example.com')
    const tabs = await Promise.all([openTab(browser), openTab(browser)])
    for (const { page } of tabs) {
      await page.goto(`${address}#saga/acme/${id}`)
      await page.getByText(/The attempt comes within (8|[1-9]\d)/).waitFor({ timeout: 60_000 })
    }
    await removeFault(stack, noMail.name)
    await Promise.all(tabs.map(({ page }) => page.getByRole('button', { name: /^Run now/ }).click()))
    for (const { page, complaints } of tabs) {
      await page.getByRole('heading', { name: 'notification: completed' }).waitFor()
      expect(await page.getByText(/Its next attempt is made now|Nothing was changed/).count()).toBeGreaterThan(0)
      expect(complaints.filter((each) => !/409/.test(each))).toEqual([])
      await page.close()
    }
    expect(await stored(stack, id)).toEqual({ state: 'completed', commands: 1 })
  })

  it('shows what is blocked, and has it tried again', async () => {
    const { stack, browser, address } = context()
    const agent = caller(stack, 'poison', 'ada', 'agent')
    const { body: ticket } = await agent.send('POST', '/tickets', { title: 'A question', body: 'Or two.' })
    const ref = { type: 'ticket', id: String(ticket.id) } as const
    const checkpoint = () => readRow(stack.store, checkpointRow('project-views', 'poison', ref))
    await expect.poll(async () => (await checkpoint())?.appliedSeq).toBe(1)
    const view = statsRow('poison', viewShard(ref.id), await operateStats(stack.store).liveGeneration())
    const counts = (await stack.store.get(view))?.counts
    const setCounts = (counts: unknown) =>
      stack.store.write({ kind: 'update', table: view.table, key: view.key, set: { counts } })
    await setCounts('corrupt')
    await agent.send('POST', `/tickets/${ref.id}/transitions`, { to: 'in_progress', reason: 'Looking' })
    await expect.poll(async () => (await checkpoint())?.blockedAt, { timeout: 60_000 }).toBe(2)
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#operate/poison`)
    const redrive = page.getByRole('button', { name: `Redrive: ticket ${ref.id} in project-views` })
    await redrive.waitFor()
    expect(await axeFindings(page)).toEqual([])
    await setCounts(counts)
    await tabTo(page, /^Redrive/, 'button')
    await page.keyboard.press('Enter')
    await page.getByText('The consumer tries it again now.').waitFor()
    await expect.poll(async () => (await checkpoint())?.blockedAt, { timeout: 30_000 }).toBeUndefined()
    expect(complaints).toEqual([])
    await page.close()
  })
}

const undoFails = {
  name: 'operate-undo-fails',
  at: 'call',
  where: {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    resource: '*-notices',
    function: '*-run-notification-step',
    key: 'undone',
  },
  fault: { do: 'refuse', error: 'ValidationException', status: 400 },
}

/** Sagas that can't undo a notice, until the fault {@link undoFails} is removed. */
async function parkedSagas(stack: TemporaryStack, count: number): Promise<string[]> {
  const ids: string[] = []
  await withShortenedTimes(stack, 'retries', async () => {
    await setFault(stack, undoFails)
    for (let at = 0; at < count; at++) ids.push(await notify(stack, `carla${at}`, `carla${at}@bounce.example.com`))
    for (const id of ids)
      await expect.poll(async () => (await stored(stack, id)).state, { timeout: 60_000 }).toBe('parked')
  })
  return ids
}

/** Has somebody notified of a comment, and returns the saga that does it. */
async function notify(stack: TemporaryStack, user: string, email: string): Promise<string> {
  const admin = caller(stack, 'acme', 'root', 'admin')
  await admin.send('POST', '/users', { id: user, role: 'customer', email })
  const customer = caller(stack, 'acme', user, 'customer')
  const { body: ticket } = await customer.send('POST', '/tickets', { title: `From ${user}`, body: 'Hello?' })
  await caller(stack, 'acme', 'bob', 'agent').send('POST', `/tickets/${ticket.id}/comments`, { body: 'Yes.' })
  const sagas = async () => (await admin.get(`/tickets/${ticket.id}/sagas`)).body.items
  await expect.poll(async () => (await sagas()).length, { timeout: 30_000 }).toBe(1)
  return (await sagas())[0].id
}

async function stored(stack: TemporaryStack, id: string) {
  const saga = await readRow(stack.store, sagaRow('acme', id))
  return { state: saga?.state, commands: saga?.version }
}

async function setFault({ edgeUrl }: TemporaryStack, rule: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { ok } = await fetch(`${edgeUrl}/_steadfast/faults`, { method: 'POST', headers, body: JSON.stringify(rule) })
  expect(ok).toBe(true)
}

async function removeFault({ edgeUrl }: TemporaryStack, name: string): Promise<void> {
  const { ok } = await fetch(`${edgeUrl}/_steadfast/faults/${name}`, { method: 'DELETE' })
  expect(ok).toBe(true)
}
