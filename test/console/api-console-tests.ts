import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureTokenKeys, signToken } from '../../localstack/steadfast/token-keys.ts'
import {
  type FaultyStack,
  failWithdrawal,
  isInState,
  pollReply,
  startFaultyStack,
  startNotification,
} from '../e2e/faulty-stack.ts'
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

const title = 'the console behind the API, in a browser'

/** Tests the console as the API serves it, on a stack in which a saga of two tenants each is parked. */
export function testApiConsole(): void {
  describe(title, () => {
    let faulty: FaultyStack
    let browser: Browser
    let address: string
    const parked: Record<string, string> = {}

    beforeAll(async () => {
      if (chromePath === undefined) return
      ;[faulty, browser] = await Promise.all([startFaultyStack(), startBrowser()])
      address = `${faulty.target.apiUrl}/console`
      faulty.inject(failWithdrawal)
      for (const tenant of ['acme', 'globex']) {
        const saga = await startNotification(faulty.target, { tenant, user: 'bea', email: 'bea@bounce.example.com' })
        await pollReply(saga.read, isInState('parked'))
        parked[tenant] = saga.id
      }
      faulty.inject(() => undefined)
    }, 120_000)

    afterAll(async () => {
      await browser?.close()
      await faulty?.stop()
    })

    beforeEach(({ skip }) => skip(chromePath === undefined, whyNoBrowser))

    const tokenOf = (tenant: string, { role = 'admin', lifetime = '1h', user = 'ops' } = {}) =>
      signToken(faulty.dataDir, { tenant, user, role }, lifetime)

    async function signIn(page: Page, token: string) {
      await page.getByLabel('Token').fill(token)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }

    /** Everything in which a browser could keep something of a page. */
    const keptBy = (page: Page) =>
      page.evaluate<string>(
        'JSON.stringify([location.href, document.documentElement.outerHTML, document.cookie, { ...localStorage }, { ...sessionStorage }, history.state])',
      )

    it('signs in by keyboard, finds the parked saga, resumes it, and tells its end', async () => {
      const { page, complaints } = await openTab(browser)
      const responses: [string, string][] = []
      const requests: string[] = []
      page.on('response', (response) =>
        responses.push([response.url(), response.headers()['content-security-policy'] ?? '']),
      )
      page.on('request', (request) => requests.push(request.url()))
      await page.goto(address)
      const token = await tokenOf('acme')
      await page.getByLabel('Token').focus()
      await page.keyboard.insertText(token)
      await page.keyboard.press('Enter')
      await page.getByText(/ops of/).waitFor()
      await tabTo(page, 'notification', 'link')
      await page.keyboard.press('Enter')
      await page
        .getByText(/undo notice: failed/)
        .first()
        .waitFor()
      await page.getByRole('img', { name: /Saga notification: .*mail \(pivot\).*undo notice parked/ }).waitFor()
      await page.getByRole('row', { name: /notice can be undone done parked/ }).waitFor()
      await tabTo(page, /^Resume: notification/, 'button')
      await page.keyboard.press('Enter')
      await page.locator('h2').getByText('compensated', { exact: true }).waitFor()
      expect(await keptBy(page)).not.toContain(token)
      expect(requests.filter((url) => url.includes(token))).toEqual([])
      const files = responses.filter(([url]) => url.includes('/console'))
      expect(files.length).toBeGreaterThanOrEqual(4)
      expect(files.filter(([, policy]) => !policy.includes("default-src 'none'"))).toEqual([])
      expect(complaints).toEqual([])
      await page.close()
    })

    it('shows a tenant its own sagas only, and nothing of the one who was signed in before', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(address)
      await signIn(page, await tokenOf('globex', { user: 'glenda' }))
      await page.getByRole('link', { name: 'notification', exact: true }).waitFor()
      const listed = page.locator('tbody tr')
      expect(await listed.count()).toBe(1)
      await page.getByRole('link', { name: 'notification', exact: true }).click()
      await page.getByRole('heading', { name: 'notification: parked' }).waitFor()
      expect(await page.getByLabel('Saga', { exact: true }).inputValue()).toBe(parked.globex)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByLabel('Token').waitFor()
      expect(await keptBy(page)).not.toMatch(/glenda|globex|bea/)
      await signIn(page, await tokenOf('acme'))
      await page.getByText('None.').first().waitFor()
      await page.goto(`${address}#saga/globex/${parked.globex}`)
      await page.getByText(/does not exist, or you may not see it/).waitFor()
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
      await page.close()
    })

    it('counts on its dashboard what needs somebody, by keyboard, and says when a view is stale', async () => {
      const { page, complaints } = await openTab(browser)
      const asked: string[] = []
      page.on('request', (request) => asked.push(new URL(request.url()).pathname))
      await page.route('**/api/work-list*', async (route) => {
        const response = await route.fetch()
        const body = await response.json()
        const items = body.items.map((item: object) => ({ ...item, title: hostile }))
        const headers = { ...response.headers(), 'x-view-stale': 'behind' }
        await route.fulfill({ response, headers, json: { ...body, items } })
      })
      await page.goto(address)
      await signIn(page, await tokenOf('globex'))
      await page.getByText(/ops of/).waitFor()
      await tabTo(page, 'Dashboard', 'link')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
      const states = page.getByRole('list', { name: 'Sagas that have not ended' }).getByRole('listitem')
      await states.first().waitFor()
      expect(await states.allTextContents()).toEqual(['1 parked', '0 failing', '0 held', '0 running', '0 pending'])
      const stuck = page.getByRole('list', { name: 'What holds others up' }).getByRole('listitem')
      await stuck.first().waitFor()
      expect(await stuck.allTextContents()).toEqual(['0 blocked', '0 holds'])
      await page.getByText(hostile).waitFor()
      await page.getByText('Changes of the last moments are not in it yet.').waitFor()
      expect(await page.getByText('As of').count()).toBe(2)
      expect(await page.locator('img, script:not([src])').count()).toBe(0)
      const reads = () => asked.filter((path) => path === '/api/dashboard').length
      await expect.poll(reads, { timeout: 15_000 }).toBeGreaterThan(1)
      await tabTo(page, hostile, 'link')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Its sagas' }).waitFor()
      const readsHere = reads()
      await page.getByText('parked', { exact: true }).waitFor()
      await page.waitForTimeout(6_000)
      expect([reads(), complaints]).toEqual([readsHere, []])
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      await page.close()
    })

    it('draws no graph for a saga of another version of the code, and says so', async () => {
      const { page, complaints } = await openTab(browser)
      await page.route(`**/api/sagas/${parked.globex}`, async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, json: { ...(await response.json()), definition: '0123456789ab' } })
      })
      await page.goto(`${address}#saga/globex/${parked.globex}`)
      await signIn(page, await tokenOf('globex'))
      await page.getByText(/No graph: it runs under a definition \(0123456789ab\) of another version/).waitFor()
      await page.getByText('undo notice: failed').first().waitFor()
      expect(await page.locator('.saga-graph').count()).toBe(0)
      expect([await axeFindings(page), complaints]).toEqual([[], []])
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      await page.close()
    })

    it.each([
      ['of another stage', /does not accept this token/],
      ['of an agent', /Your role is agent/],
      ['that is none', /This is no token/],
    ])('refuses a token %s, and says what to do', async (which, words) => {
      const { page } = await openTab(browser)
      const elsewhere = mkdtempSync(join(tmpdir(), 'steadfast-elsewhere-'))
      await ensureTokenKeys(elsewhere)
      const tokens: Record<string, string> = {
        'of another stage': await signToken(elsewhere, { tenant: 'acme', user: 'ops', role: 'admin' }),
        'of an agent': await tokenOf('acme', { role: 'agent' }),
        'that is none': 'hunter2',
      }
      rmSync(elsewhere, { recursive: true })
      const token = tokens[which] ?? ''
      await page.goto(address)
      await signIn(page, token)
      await page.getByRole('alert').filter({ hasText: words }).waitFor()
      expect(await axeFindings(page)).toEqual([])
      expect(await page.getByLabel('Token').inputValue()).toBe('')
      expect(await keptBy(page)).not.toContain(token)
      await page.close()
    })

    it('says that a token has expired, takes what was shown away, and goes on with a new one', async () => {
      const { page } = await openTab(browser)
      await page.goto(`${address}#saga/globex/${parked.globex}`)
      await signIn(page, await tokenOf('globex', { lifetime: '4s' }))
      await page
        .getByText(/undo notice: failed/)
        .first()
        .waitFor()
      await page.getByText(/Your token expired at .* Get a new one/).waitFor()
      expect(await page.getByText(/undo notice/).count()).toBe(0)
      await signIn(page, await tokenOf('globex'))
      await page
        .getByText(/undo notice: failed/)
        .first()
        .waitFor()
      await page.close()
    })

    it.each(['light', 'dark'] as const)('has nothing in %s that axe objects to, and fits a phone', async (scheme) => {
      const { page, complaints } = await openTab(browser, { scheme, width: 400, height: 800 })
      await page.goto(address)
      await page.getByLabel('Token').waitFor()
      expect(await axeFindings(page)).toEqual([])
      await signIn(page, await tokenOf('globex'))
      await page.getByRole('link', { name: 'notification', exact: true }).waitFor()
      expect([await axeFindings(page), await scrollsSideways(page)]).toEqual([[], false])
      await page.getByRole('link', { name: 'Dashboard' }).click()
      await page.getByRole('rowheader').first().waitFor()
      await page.getByText('nobody has it').first().waitFor()
      expect([await axeFindings(page), await scrollsSideways(page)]).toEqual([[], false])
      await page.getByRole('link', { name: 'Operate' }).first().click()
      await page.getByRole('link', { name: 'notification', exact: true }).click()
      await page
        .getByText(/undo notice: failed/)
        .first()
        .waitFor()
      expect([await axeFindings(page), await scrollsSideways(page)]).toEqual([[], false])
      await page.getByRole('link', { name: 'its ticket' }).click()
      await page.getByRole('heading', { name: 'Its sagas' }).waitFor()
      await page.getByText('parked', { exact: true }).waitFor()
      expect([await axeFindings(page), await scrollsSideways(page)]).toEqual([[], false])
      await page.getByRole('link', { name: 'Dashboard' }).click()
      await page.getByText('nobody has it').first().waitFor()
      if (scheme === 'light') await picture(page, 'dashboard')
      expect(complaints).toEqual([])
      await page.close()
    })
  })
}
