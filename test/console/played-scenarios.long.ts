import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { scenarios } from '../../scenarios/all.ts'
import { coveringSample, runsEveryCase } from '../fixtures/sample.ts'
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

/** Those that are played with both columns below, by name. */
const playedTwice = ['double-click', 'undo-keeps-failing']
const others = scenarios.filter(({ name }) => !playedTwice.includes(name))
const chosen = runsEveryCase ? others : coveringSample(others, 3, ({ targets }) => [targets])

/** A step of a slow machine, under every other test. */
const stepMs = 90_000
const stepsMax = 20

describe('scenarios in a browser', () => {
  let stack: TemporaryStack
  let browser: Browser
  let address: string
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-played-'))

  beforeAll(async () => {
    if (chromePath === undefined) return
    ;[stack, browser] = await Promise.all([startTemporaryStack(), startBrowser()])
    address = `${stack.edgeUrl}/_steadfast/console/`
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  beforeEach(({ skip }) => skip(chromePath === undefined, whyNoBrowser))

  const waiting = (page: Page) => page.getByRole('status').filter({ hasText: /^Next: / })
  const waitsForNext = (page: Page) => waiting(page).waitFor({ timeout: stepMs })
  const isOver = (page: Page) => page.getByRole('button', { name: 'Save a page to share' })

  /** Goes on by this until the end. */
  async function playOn(page: Page, goOn: () => Promise<void>) {
    for (let step = 0; step < stepsMax; step++) {
      await isOver(page).or(waiting(page)).first().waitFor({ timeout: stepMs })
      if (await isOver(page).isVisible()) return
      const said = (await waiting(page).textContent()) ?? ''
      await goOn()
      await page.getByRole('status').filter({ hasText: said }).waitFor({ state: 'hidden', timeout: stepMs })
    }
    throw new Error(`no scenario has ${stepsMax} steps`)
  }

  async function savedPage(page: Page, name: string): Promise<string> {
    const saved = page.waitForEvent('download')
    await isOver(page).click()
    const path = join(dir, `${name}.html`)
    await (await saved).saveAs(path)
    return path
  }

  it.each(chosen.map(({ name, title }) => ({ name, title })))(
    'plays $name to its end by clicks',
    async ({ title }) => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${address}#scenarios`)
      await page.getByRole('link', { name: title, exact: true }).click()
      await page.getByLabel(/Beside it/).selectOption('Nothing')
      await page.getByRole('button', { name: 'Play', exact: true }).click()
      await playOn(page, () => page.getByRole('button', { name: 'Next', exact: true }).click())
      expect(await page.locator('.picture.is-live').count()).toBe(0)
      await page.getByText(/^Holds, thanks to /).waitFor()
      expect(complaints).toEqual([])
      await page.close()
    },
    10 * stepMs,
  )

  it(
    'tells the double click with and without its guard by keyboard alone, and gives a page to share',
    async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${address}#scenarios/double-click`)
      await tabTo(page, 'Play', 'button')
      await page.keyboard.press('Enter')
      await waitsForNext(page)
      await page.keyboard.press('ArrowRight')
      await waitsForNext(page)
      await page.getByText('carla → API').nth(1).waitFor()
      await picture(page, 'scenario')
      await playOn(page, () => page.keyboard.press('ArrowRight'))
      await page.getByText(/^Holds, thanks to /).waitFor()
      await page.getByText('Broken without its guard: invariants 9, 10 broke').waitFor()
      expect(await axeFindings(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      expect(await axeFindings(page)).toEqual([])
      const path = await savedPage(page, 'double-click')
      await page.setViewportSize({ width: 400, height: 800 })
      expect(await scrollsSideways(page)).toBe(false)
      expect(complaints).toEqual([])
      await page.close()

      const { page: shared } = await openTab(browser)
      await shared.goto(pathToFileURL(path).href)
      await shared.getByText('Broken without its guard: invariants 9, 10 broke').waitFor()
      expect(await shared.getByText('What changed in the tables').count()).toBeGreaterThan(1)
      expect(
        await shared
          .getByText(/\+ Tickets/)
          .first()
          .isVisible(),
      ).toBe(true)
      expect(await shared.locator('script, button, link, img').count()).toBe(0)
      await shared.close()
    },
    10 * stepMs,
  )

  it(
    'tells the parked saga with and without its guard by clicks',
    async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${address}#scenarios/undo-keeps-failing`)
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
      await page.evaluate(countLiveArrows)
      await page.getByRole('button', { name: 'Play', exact: true }).click()
      await playOn(page, () => page.getByRole('button', { name: 'Next', exact: true }).click())
      // Its steps take seconds, so they are seen while they are drawn; those of other scenarios may be over before.
      expect(await page.evaluate('globalThis.liveArrows')).toBeGreaterThan(1)
      await page.getByText(/^Holds, thanks to /).waitFor()
      await page.getByText(/^Broken without its guard/).waitFor()
      await page
        .getByText(/^parked: /)
        .first()
        .waitFor()
      expect(complaints).toEqual([])
      await page.close()
    },
    10 * stepMs,
  )

  it('draws a step that is under way as far as it has come, and calls it so', async () => {
    const { page, complaints } = await openTab(browser)
    const arrows = [{ from: 'carla', to: 'API', label: 'POST /tickets', isHit: false }]
    const messages = [
      { kind: 'began', id: 'x' },
      { column: 'guarded', kind: 'running', number: 1, does: 'Carla sends.' },
      { column: 'guarded', kind: 'drawn', number: 1, picture: { participants: ['carla', 'API'], arrows } },
    ]
    await page.route('**/play?*', (route) =>
      route.fulfill({ body: messages.map((message) => `${JSON.stringify(message)}\n`).join('') }),
    )
    await page.goto(`${address}#scenarios/double-click`)
    await page.getByLabel(/Beside it/).selectOption('Nothing')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await page.locator('.picture.is-live li').getByText('carla → API POST /tickets').waitFor()
    await page.getByText('Under way …').waitFor()
    expect([await axeFindings(page), complaints]).toEqual([[], []])
    await page.close()
  })

  it('shows text as text, and shares it so', async () => {
    const { page, complaints } = await openTab(browser)
    const step = {
      does: hostile,
      shows: hostile,
      notes: [hostile],
      participants: [hostile, 'API'],
      rowsLeftOut: 0,
      arrows: [{ from: hostile, to: 'API', label: hostile, isHit: false }],
      changes: [{ sign: '+', table: 'Tickets', text: hostile }],
    }
    const verdict = {
      headline: hostile,
      claims: [{ says: hostile, holds: false, found: hostile }],
      held: [],
      broken: [],
      problems: [hostile],
      faults: [],
      seconds: 1,
    }
    const messages = [
      { kind: 'began', id: 'x' },
      { column: 'guarded', kind: 'step', number: 1, step },
      { column: 'guarded', kind: 'verdict', verdict },
    ]
    await page.route('**/play?*', (route) =>
      route.fulfill({ body: messages.map((message) => `${JSON.stringify(message)}\n`).join('') }),
    )
    await page.goto(`${address}#scenarios/double-click`)
    await page.getByLabel(/Beside it/).selectOption('Nothing')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    const path = await savedPage(page, 'hostile')
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
    const { page: shared } = await openTab(browser)
    await shared.goto(pathToFileURL(path).href)
    const title = await shared.title()
    await shared.getByText(hostile).first().waitFor()
    expect(await shared.locator('img, script').count()).toBe(0)
    expect([title, readFileSync(path, 'utf8').includes('<img')]).toEqual([
      'Ten identical requests at the same time · Steadfast',
      false,
    ])
    await shared.close()
  })

  it(
    'is played on one page at a time, and leaves nothing running when its page is closed or the stack is killed',
    async () => {
      const begin = async () => {
        const { page } = await openTab(browser)
        await page.goto(`${address}#scenarios/double-click`)
        await page.getByLabel(/Beside it/).selectOption('Nothing')
        await page.getByRole('button', { name: 'Play', exact: true }).click()
        return page
      }
      const first = await begin()
      await waitsForNext(first)
      const second = await begin()
      await second.getByText(/under way on another page/).waitFor()
      await second.close()
      const played = descendants(stack.dataDir)
      expect(played.length).toBeGreaterThan(1)
      await first.close()
      await expect.poll(() => played.filter(isAlive), { timeout: 20_000 }).toEqual([])

      const last = await begin()
      await waitsForNext(last)
      const again = descendants(stack.dataDir)
      expect(again.length).toBeGreaterThan(1)
      await stack.kill()
      await expect.poll(() => again.filter(isAlive), { timeout: 20_000 }).toEqual([])
      await last.close()
    },
    4 * stepMs,
  )
})

/** Remembers the most arrows that were drawn while their step was under way. */
const countLiveArrows = `
  globalThis.liveArrows = 0
  new MutationObserver(() => {
    const drawn = document.querySelectorAll('.picture.is-live li').length
    globalThis.liveArrows = Math.max(globalThis.liveArrows, drawn)
  }).observe(document.body, { childList: true, subtree: true })
`

/** Processes that play something for the stack with this data, by their ids: its descendants that are no functions of its own. */
function descendants(dataDir: string): number[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    timeout: 60_000,
  }).split('\n')
  const all = lines.flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }]
  })
  const found = new Set(
    all.filter(({ args }) => args.includes(dataDir) && args.includes('start.ts')).map(({ pid }) => pid),
  )
  const roots = new Set(found)
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  const isPlayed = ({ pid, args }: (typeof all)[number]) =>
    found.has(pid) && !roots.has(pid) && /play-column|stack-process/.test(args)
  return all.filter(isPlayed).map(({ pid }) => pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
