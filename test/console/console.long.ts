import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { caller } from '../e2e/running-stack.ts'
import { testApiConsole } from './api-console-tests.ts'
import {
  axeFindings,
  chromePath,
  hostile,
  openTab,
  picture,
  scrollsSideways,
  startBrowser,
  tabTo,
  whyNoBrowser,
} from './browser.ts'
import { testOperatePages } from './operate-pages.ts'
import { testStubbedPages } from './stubbed-pages.ts'
import { testTableAndLoadPages } from './table-and-load-pages.ts'

describe('the console in a browser', () => {
  let stack: TemporaryStack
  let browser: Browser
  let address: string
  let ticketId: string

  beforeAll(async () => {
    if (chromePath === undefined) return
    ;[stack, browser] = await Promise.all([startTemporaryStack(), startBrowser()])
    address = `${stack.edgeUrl}/_steadfast/console/`
    const customer = caller(stack, 'acme', 'cleo', 'customer')
    const agent = caller(stack, 'acme', 'bob', 'agent')
    const open = () => customer.send('POST', '/tickets', { title: hostile, body: 'Help.' }, 'hostile')
    ticketId = (await open()).body.id
    await open()
    await agent.send('POST', `/tickets/${ticketId}/comments`, { body: 'We look into it.' })
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })

  beforeEach(({ skip }) => skip(chromePath === undefined, whyNoBrowser))

  const pages = [
    { id: 'overview', title: 'Overview', shows: /All \d+ promises hold/ },
    { id: 'life', title: 'A request’s life', shows: 'Requests of the last minutes' },
    { id: 'saga', title: 'A saga', shows: 'Follow a saga from' },
    { id: 'operate', title: 'Operate', shows: 'Sagas that have not ended' },
    { id: 'break', title: 'Break it', shows: 'What goes wrong' },
    { id: 'scenarios', title: 'Scenarios', shows: 'Ten identical requests at the same time' },
    { id: 'tables', title: 'Tables', shows: /rows, \d+ shown/ },
    { id: 'load', title: 'Load', shows: 'Send each request several times at once' },
  ]

  it('opens each page by keyboard alone, without a complaint of the browser', async () => {
    const { page, complaints } = await openTab(browser)
    await page.goto(address)
    for (const { title, shows } of [...pages.slice(1), ...pages.slice(0, 1)]) {
      await tabTo(page, title, 'link')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      await page.getByText(shows).first().waitFor()
    }
    expect(complaints).toEqual([])
    await page.close()
  })

  it.each(pages.flatMap((each) => (['light', 'dark'] as const).map((scheme) => ({ ...each, scheme }))))(
    'has nothing on $title in $scheme that axe objects to, and fits a phone',
    async ({ id, shows, scheme }) => {
      const { page, complaints } = await openTab(browser, { scheme })
      await page.goto(`${address}#${id}`)
      await page.getByText(shows).first().waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
      expect(await axeFindings(page)).toEqual([])
      await page.setViewportSize({ width: 400, height: 800 })
      expect(await scrollsSideways(page)).toBe(false)
      expect(await axeFindings(page)).toEqual([])
      expect(complaints).toEqual([])
      await page.close()
    },
  )

  it('shows what a ticket went through, and text as text', async () => {
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#life/ticket/${ticketId}`)
    await page.getByText(/duplicate answered 201/).waitFor()
    await page
      .getByText(/do mail: done|message consumed: applied/)
      .first()
      .waitFor()
    const title = await page.title()
    await picture(page, 'life')
    await tabTo(page, 'Show the row: ticket', 'button')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText(hostile).waitFor()
    await page.getByRole('dialog').getByText('What event 1 did').waitFor()
    expect(await page.locator('dialog .is-changed th', { hasText: 'status' }).count()).toBe(1)
    expect(await page.locator('img, script:not([src])').count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect([await page.title(), complaints]).toEqual([title, []])
    await page.setViewportSize({ width: 400, height: 800 })
    expect(await scrollsSideways(page)).toBe(false)
    await page.close()
  })

  it('has the lights of all promises behind one stop of the Tab key, and arrows between them', async () => {
    const { page } = await openTab(browser)
    await page.goto(address)
    await page.getByText(/All \d+ promises hold/).waitFor()
    await tabTo(page, 'Check now', 'button')
    const focused = () => page.evaluate('document.activeElement?.textContent.trim()')
    const seen: unknown[] = []
    for (const key of ['Tab', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'ArrowRight']) {
      await page.keyboard.press(key)
      seen.push(await focused())
    }
    expect(seen).toEqual(['1', '2', '3', '2', String(invariants.at(-1)?.number), '1'])
    await page.keyboard.press('Space')
    await page.locator('.promise-details b', { hasText: /^1$/ }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement?.classList.contains("light")')).toBe(false)
    await page.close()
  })

  it('sends a request several times by keyboard, and leads to what came of it', async () => {
    const { page, complaints } = await openTab(browser)
    await page.goto(address)
    await tabTo(page, /Send one request/, 'button')
    await page.keyboard.press('Enter')
    await page.getByText('1 committed, 4 replayed, byte for byte the same.').waitFor()
    await tabTo(page, 'Follow it', 'link')
    await page.keyboard.press('Enter')
    await page.getByText('201, 4 duplicates').waitFor()
    await page.getByRole('button', { name: 'Show the row: checkpoint' }).first().click()
    await page.getByRole('dialog').getByRole('heading', { name: 'What was written' }).waitFor()
    await page.getByRole('dialog').getByText('Change 1 of 1').waitFor()
    await page.getByRole('columnheader', { name: 'Before: no row' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('sets a fault by keyboard, says how often it struck, and lifts it', async () => {
    const { page, complaints } = await openTab(browser)
    await page.goto(`${address}#break`)
    await tabTo(page, /Messages come twice/, 'switch')
    await page.keyboard.press('Space')
    await page.getByText('nothing met it yet').waitFor()
    const bob = caller(stack, 'acme', 'bob', 'agent')
    for (const body of ['one', 'two', 'three']) await bob.send('POST', `/tickets/${ticketId}/comments`, { body })
    await page.getByText(/struck \d+ of \d+/).waitFor()
    await picture(page, 'break')
    await page.keyboard.press('Space')
    await expect.poll(async () => (await fetch(`${stack.edgeUrl}/_steadfast/faults`)).json()).toEqual({ rules: [] })
    expect(complaints).toEqual([])
    await page.close()
  })

  testTableAndLoadPages(() => ({ stack, browser, address, ticketId }))

  it('says that the stack is down, and goes on when it is back', async () => {
    const { page, complaints } = await openTab(browser)
    await page.goto(address)
    await page.getByText('Live', { exact: true }).waitFor()
    await stack.kill()
    await page.getByText('The stack does not answer. Trying again.').waitFor()
    await stack.startAgain()
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
    const customer = caller(stack, 'acme', 'cleo', 'customer')
    const open = (key: string) => customer.send('POST', '/tickets', { title: 'After all', body: 'Help.' }, key)
    for (const key of ['a', 'b', 'c', 'd']) await Promise.all([open(key), open(key), open(key)])
    await page.getByText('8 replayed', { exact: true }).waitFor()
    await page.getByText('POST /tickets', { exact: true }).first().waitFor()
    await page.getByText(/All \d+ promises hold/).waitFor()
    await picture(page, 'overview')
    expect(complaints).toEqual([])
    await page.close()
  })

  testOperatePages(() => ({ stack, browser, address }))
})

testApiConsole()

testStubbedPages()
