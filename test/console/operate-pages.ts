import type { Browser } from 'playwright-core'
import { expect, it } from 'vitest'
import type { TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { operateStats } from '../../proof/views/operate-stats.ts'
import { withShortenedTimes } from '../../scenarios/runner/context/state-machines.ts'
import { checkpointRow } from '../../tables/checkpoints.ts'
import { readRow } from '../../tables/read-row.ts'
import { createSaga, sagaRow } from '../../tables/sagas.ts'
import { statsRow, viewShard } from '../../tables/views.ts'
import { caller } from '../e2e/running-stack.ts'
import { axeFindings, openTab, picture, scrollsSideways, tabTo } from './browser.ts'

/** What the tests of *A saga* and *Operate* need of the console's stack. */
export interface OperateContext {
  stack: TemporaryStack
  browser: Browser
  /** Of the console. */
  address: string
}

const hostile = '<img src=x onerror="document.title=1">'

/** Tests of the pages *A saga* and *Operate*. The last of them leaves sagas that nothing started: it must come after whatever checks promises. */
export function testOperatePages(context: () => OperateContext): void {
  it('shows why a saga is parked, and resumes it by a click, once', async () => {
    const { stack, browser, address } = context()
    const [first = '', second = '', third = ''] = await parkedSagas(stack, 3)
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#operate`)
    await page.getByRole('button', { name: `Resume: notification ${first}` }).waitFor()
    await picture(page, 'operate')
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
    await picture(page, 'saga')
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
      await page.getByText(/Its next attempt comes within (8|[1-9]\d)/).waitFor({ timeout: 60_000 })
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

  it('shows what a stranger wrote as text, and says what it does not find', async () => {
    const { browser, address } = context()
    const { page, complaints } = await openTab(browser)
    await page.route('**/console/saga?*', async (route) => {
      const response = await route.fetch()
      if (!route.request().url().includes('hostile')) return route.fulfill({ response })
      const saga = {
        id: 'hostile',
        name: hostile,
        state: 'parked',
        parkingId: 'p',
        reason: hostile,
        recipient: hostile,
      }
      const times = { startedAt: new Date().toISOString(), generation: 1, correlationId: hostile }
      const step = { name: hostile, kind: 'pivot', waits: true, retries: {} }
      return route.fulfill({
        json: { saga: { ...saga, ...times, steps: [] }, definition: { title: hostile, steps: [step] } },
      })
    })
    await page.goto(`${address}#saga/acme/hostile`)
    await page.getByText(`Why: ${hostile}`).waitFor()
    const title = await page.title()
    expect(await page.locator('img:not(svg), script:not([src])').count()).toBe(0)
    await page.goto(`${address}#saga/${encodeURIComponent(hostile)}/${encodeURIComponent(hostile)}`)
    await page.getByText('Not shown: there is no such saga').waitFor()
    expect(await page.title()).toBe(title)
    expect(complaints.filter((each) => !/404/.test(each))).toEqual([])
    await page.close()
  })

  it('stays usable with ten thousand sagas, by page and by filter', async () => {
    const { stack, browser, address } = context()
    await plantSagas(stack, 10_000)
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#operate/many`)
    await page.getByText('Page 1: 50, and more').waitFor()
    const rows = page.locator('tbody tr')
    expect(await rows.count()).toBe(50)
    const [newest] = await rows.allTextContents()
    for (const number of [2, 3, 4]) {
      await tabTo(page, 'Older', 'button')
      await page.keyboard.press('Enter')
      await page.getByText(`Page ${number}: 50, and more`).waitFor()
    }
    await page.setViewportSize({ width: 400, height: 800 })
    expect([await scrollsSideways(page), await axeFindings(page)]).toEqual([false, []])
    for (const number of [3, 2, 1]) {
      await page.getByRole('button', { name: 'Newer' }).click()
      await page.getByText(`Page ${number}: 50`).waitFor()
    }
    expect((await rows.allTextContents())[0]?.slice(0, 30)).toBe(newest?.slice(0, 30))
    // The second oldest of all: found page by page of the filter, without looking through 200 pages by hand.
    await page.getByLabel('State').selectOption('parked')
    await page.getByRole('button', { name: 'List' }).click()
    await page.getByRole('button', { name: 'Resume: notification planted-00001' }).waitFor({ timeout: 60_000 })
    expect(await page.getByText(hostile).count()).toBe(1)
    expect(complaints).toEqual([])
    await page.close()
  })
}

const undoFails = {
  name: 'operate-undo-fails',
  at: 'call',
  where: {
    ...{ service: 'dynamodb', operation: 'TransactWriteItems', resource: '*-notices' },
    ...{ function: '*-run-notification-step', key: 'undone' },
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

/** Stores sagas of the tenant `many`, of which one is parked: rows that the API lists, without anything having run. */
async function plantSagas(stack: TemporaryStack, count: number): Promise<void> {
  const beganMs = Date.now() - 3_600_000
  const writes = Array.from({ length: count }, (_, at) => sagaWrite(at, new Date(beganMs + at).toISOString()))
  for (let from = 0; from < count; from += 100)
    await stack.store.transactWrite(writes.slice(from, from + 100), crypto.randomUUID())
}

function sagaWrite(at: number, startedAt: string) {
  const id = `planted-${String(at).padStart(5, '0')}`
  const write = createSaga({
    ...{ id, tenant: 'many', name: 'notification', definition: 'any', input: null, startedAt },
    ...{ aggregate: { type: 'ticket', id: 'T1' }, eventId: `E${at}`, correlationId: `C${at}` },
  })
  if (write.kind !== 'put') throw new Error('a saga is created by a put')
  const parking = { parking: { id: 'P1', reason: hostile, since: startedAt }, parkingId: 'P1' }
  return { ...write, row: { ...write.row, ...(at === 1 ? { state: 'parked', ...parking } : { state: 'running' }) } }
}
