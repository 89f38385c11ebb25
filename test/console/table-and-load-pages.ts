import type { Browser, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { caller } from '../e2e/running-stack.ts'
import { axeFindings, hostile, openTab, picture, scrollsSideways, tabTo } from './browser.ts'

/** What the tests of *Tables* and *Load* need of the console's stack. */
export interface TablesContext {
  stack: TemporaryStack
  browser: Browser
  /** Of the console. */
  address: string
  /** A ticket with a hostile title. */
  ticketId: string
}

/** Tests of the pages *Tables* and *Load*. */
export function testTableAndLoadPages(context: () => TablesContext): void {
  it('shows rows of a table as text, and what changes in them', async () => {
    const { stack, browser, address, ticketId } = context()
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#tables`)
    await page.getByLabel('Shows the text').fill(ticketId)
    await page.keyboard.press('Enter')
    await page.getByText(/[1-9]\d* shown/).waitFor()
    await page.getByText(hostile).first().waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    const bob = caller(stack, 'acme', 'bob', 'agent')
    await bob.send('POST', `/tickets/${ticketId}/comments`, { body: 'It changes.' })
    await page.locator('.attribute.is-changed', { hasText: 'updatedAt' }).first().waitFor()
    await page.getByText('added', { exact: true }).first().waitFor()
    expect(await axeFindings(page)).toEqual([])
    // An outbox row goes as soon as its event is with every subscriber: with a delivery that fails it stays for a while.
    const delay = {
      name: 'slow',
      at: 'call',
      where: { operation: 'SendMessageBatch' },
      fault: { do: 'delay', ms: 2_500 },
    }
    await fetch(`${stack.edgeUrl}/_steadfast/faults`, { method: 'POST', body: JSON.stringify(delay) })
    await page.getByLabel('Table').selectOption('Outbox')
    await untilSeenRemoved(page, () => bob.send('POST', `/tickets/${ticketId}/comments`, { body: 'It goes.' }))
    expect(await axeFindings(page)).toEqual([])
    await page.locator('.is-removed').waitFor({ state: 'detached' })
    await fetch(`${stack.edgeUrl}/_steadfast/faults/slow`, { method: 'DELETE' })
    await page.getByLabel('Table').selectOption('Tickets')
    await tabTo(page, 'Replay', 'link')
    await page.keyboard.press('Enter')
    await page.getByText(/After event \d+ of \d+, recorded/).waitFor()
    expect(complaints).toEqual([])
    await page.close()
  })

  it('folds a ticket to any of its events by keyboard, and says what differs', async () => {
    const { browser, address, ticketId } = context()
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#tables/ticket/${ticketId}`)
    const to = page.getByLabel(/Show it after event/)
    await to.focus()
    await page.keyboard.press('Home')
    await page.getByText('It did not exist yet.').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByText(/After event 1 of \d+, recorded/).waitFor()
    await page.getByRole('row', { name: /^version – 1$/ }).waitFor()
    await page.getByText('1 ticket.opened').waitFor()
    await page.getByLabel(/Compare with event/).focus()
    await page.keyboard.press('End')
    await page.getByRole('row', { name: /^version \d+ 1$/ }).waitFor()
    await picture(page, 'tables')
    expect(await axeFindings(page)).toEqual([])
    await page.setViewportSize({ width: 400, height: 800 })
    expect(await scrollsSideways(page)).toBe(false)
    expect(complaints).toEqual([])
    await page.goto(`${address}#tables/ticket/${encodeURIComponent(hostile)}`)
    await page.getByText('Not replayed: there is no such ticket.').waitFor()
    await page.close()
  })

  it('runs a load by keyboard, shows how copies race, and judges it', async () => {
    const { browser, address } = context()
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#load`)
    await page.getByLabel('Different requests').fill('20')
    await tabTo(page, 'Start', 'button')
    await page.keyboard.press('Enter')
    await page
      .getByText(/copy \d committed/)
      .first()
      .waitFor()
    await page.getByText('Each request took effect once, and reads agree').waitFor({ timeout: 60_000 })
    await page.getByText('20 effects of 20 requests in 3 copies, 60 sent').waitFor()
    await picture(page, 'load')
    expect(await axeFindings(page)).toEqual([])
    await page.setViewportSize({ width: 400, height: 800 })
    expect(await scrollsSideways(page)).toBe(false)
    expect(complaints).toEqual([])
    await page.close()
  }, 90_000)

  it('stops a load run when it is told to', async () => {
    const { browser, address } = context()
    const { page } = await openTab(browser)
    await page.goto(`${address}#load`)
    await page.getByLabel('Different requests').fill('2000')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText(/of 2000 requests/).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped: nothing was judged.').waitFor()
    // Another one may begin: the one before is gone.
    await page.getByLabel('Different requests').fill('1')
    await page.getByRole('button', { name: 'Start' }).click()
    // Its verdict, which may be there already, says so too.
    await page
      .getByText(/of 1 requests/)
      .first()
      .waitFor()
    await page.close()
  })
}

/** A row that comes and goes while the page reads is not seen. Then the next one is. */
async function untilSeenRemoved(page: Page, send: () => Promise<unknown>): Promise<void> {
  const removed = page.getByText('removed', { exact: true })
  for (let sent = 1; sent < 5; sent++) {
    await send()
    const isSeen = await removed.waitFor({ timeout: 6_000 }).then(
      () => true,
      () => false,
    )
    if (isSeen) return
  }
  await send()
  await removed.waitFor()
}
