import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OperatorRequest } from '../../console/wire-operator.ts'
import type { Attempt, Saga, SagaRun, SagaSummary } from '../../console/wire-saga.ts'
import { toSagaDefinition } from '../../infra/saga-definitions.ts'
import { scannedAttachment } from '../../sagas/attachment/attachment.ts'
import { notification } from '../../sagas/notification/notification.ts'
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
import { startStubConsole } from './stub-console.ts'

const sagasPlanted = 10_000
const startedMs = Date.now() - 60_000
const startedAt = new Date(startedMs).toISOString()

function attempt(step: string, action: 'do' | 'undo', outcome: Attempt['outcome'], number = 1, afterMs = 0): Attempt {
  const times = { startedAt: timeAfter(afterMs), endedAt: timeAfter(afterMs + 30) }
  const error = outcome === 'failed' ? { error: { name: 'Throttling' } } : {}
  return { step, action, outcome, attempt: number, ...times, ...error }
}

const timeAfter = (ms: number) => new Date(startedMs + ms).toISOString()

const base = { name: 'notification', generation: 1, startedAt, correlationId: 'c1', recipient: 'carla', ticketId: 't1' }
const begun = [attempt('notice', 'do', 'done'), attempt('budget', 'do', 'done')]
const key = { table: 'Sagas', pk: 'p' }
const stored = { saga: key, fences: { notice: 'done', mail: 'intent' }, fenceRows: { notice: key, mail: key } } as const

function run(saga: Omit<Saga, 'id' | keyof typeof base> & Partial<Saga>, more: Partial<SagaRun> = {}): SagaRun {
  return { saga: { id: 's1', ...base, ...saga }, definition: toSagaDefinition(notification), stored, ...more }
}

/** By id. */
const runs: Record<string, SagaRun> = {
  parked: run({
    state: 'parked',
    parkingId: 'p1',
    reason: hostile,
    name: hostile,
    recipient: hostile,
    steps: [...begun, attempt('mail', 'do', 'failed'), attempt('mail', 'do', 'failed', 2)],
  }),
  failing: run({ state: 'running', steps: [...begun, attempt('mail', 'do', 'failed')] }),
  undoing: run(
    {
      state: 'parked',
      parkingId: 'p2',
      reason: 'notice: Throttling',
      steps: [
        ...begun,
        ...[attempt('mail', 'do', 'refused', 1, 150), attempt('budget', 'undo', 'undone', 1, 400)],
        ...[500, 1_700, 30_000].map((ms, at) => attempt('notice', 'undo', 'failed', at + 1, ms)),
      ],
    },
    {
      stored: {
        ...stored,
        parking: { since: timeAfter(30_100), direction: 'compensate' },
        fences: { notice: 'done', budget: 'undone', mail: 'tombstone' },
        fenceRows: { notice: key, budget: key, mail: key },
      },
    },
  ),
  held: run({ state: 'running', heldFor: 'mail', steps: begun }),
  waiting: run(
    { state: 'running', steps: [attempt('quota', 'do', 'done'), attempt('upload', 'do', 'waiting')] },
    { definition: toSagaDefinition(scannedAttachment) },
  ),
}

/** The newest first. Only one of them, deep in the list, is parked. */
function planted(at: number): SagaSummary {
  const parking = { state: 'parked', parkingId: `p${at}`, reason: hostile } as const
  return { ...base, id: `s${at}`, attempts: 1, ...(at === sagasPlanted - 2 ? parking : { state: 'running' }) }
}

const few: SagaSummary[] = ['undoing', 'failing', 'held'].flatMap((name) => {
  const { steps = [], ...saga } = runs[name]?.saga ?? {}
  const { attempt: _, error, ...last } = steps.at(-1) ?? attempt('mail', 'do', 'failed')
  const lastAttempt = { ...last, ...(error && { error: error.name }) }
  return [{ ...base, ...saga, id: name, attempts: steps.length, lastAttempt } as SagaSummary]
})
const scenario = { name: 'double-click', title: 'A double click', shows: 'One effect.', guard: 'the key', mutants: [] }
const blocked = { consumer: 'project-views', aggregate: { type: 'ticket', id: 't1' }, blockedAt: 2, highestSeen: 4 }

/** Answers as the operator API does: a page is short where few pass the filter. The tenant `many` has ten thousand sagas. */
function answer({ tenant, path }: OperatorRequest): object {
  const { pathname, searchParams } = new URL(path, 'http://api')
  if (pathname === '/blocked') return { items: [{ id: 'b1', ...blocked }] }
  if (pathname === '/holds')
    return {
      items: [
        {
          dependency: 'mail',
          since: startedAt,
          by: 'root',
          reason: tenant === 'many' ? hostile : 'It is down',
          waiting: 1,
        },
      ],
      ...(tenant === 'many' && {
        everything: { since: startedAt, reason: hostile, waiting: 100, waitingIsAtLeast: true },
      }),
    }
  if (pathname === '/sagas/resumptions') return { id: 'r1', state: 'running', resumed: 0, refused: 0, failed: 0 }
  if (pathname !== '/sagas') return { items: [] }
  if (tenant !== 'many') return { items: few }
  const from = Number(searchParams.get('cursor') ?? 0)
  const state = searchParams.get('state')
  const read = state === null ? Number(searchParams.get('limit')) : 1_000
  const items = Array.from({ length: Math.min(read, sagasPlanted - from) }, (_, at) => planted(from + at))
  const next = from + read
  return {
    items: items.filter((saga) => state === null || saga.state === state),
    ...(next < sagasPlanted && { nextCursor: String(next) }),
  }
}

const dead = { queue: 'start-saga', waiting: 0, inFlight: 0, dead: 1 }

const title = 'the pages of operators, without a stack'

/** Tests of the pages *A saga* and *Operate* that need no stack, and so take seconds. */
export function testStubbedPages(): void {
  describe(title, () => {
    let stub: Awaited<ReturnType<typeof startStubConsole>>
    let browser: Browser
    const commands: OperatorRequest[] = []
    const progressReadAtMs: number[] = []

    beforeAll(async () => {
      if (chromePath === undefined) return
      browser = await startBrowser()
      stub = await startStubConsole({
        depths: async () => ({ outbox: 0, queues: [dead], liveSagas: 2, liveTenants: ['acme', 'many'] }),
        saga: async ({ id }) => runs[id],
        scenarios: async () => [scenario],
        async operate(request) {
          if (request.method !== 'GET') commands.push(request)
          const isProgress = request.path === '/sagas/resumptions/r1'
          const content = isProgress ? progress() : answer(request)
          return { status: 200, isReplayed: false, text: JSON.stringify(content) }
        },
      })
    })

    afterAll(async () => {
      await browser?.close()
      await stub?.stop()
    })

    /** How far the resumption is: it has ended when it is read for the third time. */
    function progress() {
      const resumed = progressReadAtMs.push(Date.now())
      return { id: 'r1', state: resumed < 3 ? 'running' : 'finished', resumed, refused: 0, failed: 0 }
    }

    beforeEach(({ skip }) => skip(chromePath === undefined, whyNoBrowser))

    it.each(['light', 'dark'] as const)(
      'draw sagas in %s as axe wants it, on a phone too, and texts as text',
      async (scheme) => {
        const { page, complaints } = await openTab(browser, { scheme })
        await page.goto(stub.address)
        for (const id of Object.keys(runs)) {
          await page.goto(`${stub.address}#saga/acme/${id}`)
          await page.locator('.saga-graph svg').waitFor()
          expect([id, await axeFindings(page)]).toEqual([id, []])
          await page.setViewportSize({ width: 400, height: 800 })
          expect([id, await scrollsSideways(page), await axeFindings(page)]).toEqual([id, false, []])
          await page.setViewportSize({ width: 1280, height: 900 })
        }
        await page.goto(`${stub.address}#saga/acme/parked`)
        await page.getByText(`Why: ${hostile}`).waitFor()
        expect(await page.locator('img, script:not([src])').count()).toBe(0)
        expect([await page.title(), complaints]).toEqual(['A saga · Steadfast', []])
        await page.close()
      },
    )

    it('lead from the list of what waits to the saga, by keyboard alone', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${stub.address}#operate`)
      await page.getByRole('button', { name: 'Resume: notification undoing' }).waitFor()
      await page.getByRole('button', { name: 'Redrive: ticket t1 in project-views' }).waitFor()
      await page.getByText('start-saga 1').waitFor()
      expect(await axeFindings(page)).toEqual([])
      await picture(page, 'operate')
      await page.goto(`${stub.address}#saga/acme/undoing`)
      await page.getByRole('img', { name: /undo notice parked after 3/ }).waitFor()
      await picture(page, 'saga')
      await page.goBack()
      await tabTo(page, 'notification', 'link')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'A saga' }).waitFor()
      await page.getByRole('img', { name: /undo notice parked after 3/ }).waitFor()
      expect(complaints).toEqual([])
      await page.close()
    })

    it('move the focus to where a link within a page has led, which is gone', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${stub.address}#scenarios`)
      await tabTo(page, scenario.title, 'link')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Play' }).waitFor()
      await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Scenarios')
      expect(complaints).toEqual([])
      await page.close()
    })

    it('send commands in the eighth tab, though a browser has six connections to a host', async () => {
      const context = await browser.newContext()
      const isLive = async (page: Page) => page.getByText('Live', { exact: true }).waitFor()
      // A browser without a window hides no tab by itself.
      const setHidden = (page: Page, isHidden: boolean) =>
        page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} })
          document.dispatchEvent(new Event('visibilitychange'))`)
      const first = await context.newPage()
      let last = first
      for (let tabs = 1; tabs <= 8; tabs++) {
        if (tabs > 1) last = await context.newPage()
        await last.goto(`${stub.address}#operate`)
        await isLive(last)
        if (tabs < 8) await setHidden(last, true)
      }
      await last.getByRole('button', { name: 'Release: mail' }).click()
      await last.getByText('mail is released').waitFor()
      await setHidden(last, true)
      await setHidden(first, false)
      await isLive(first)
      expect(commands.splice(0)).toHaveLength(1)
      await context.close()
    })

    it('say no countdown aloud', async () => {
      const { page } = await openTab(browser)
      await page.goto(`${stub.address}#saga/acme/failing`)
      await page.getByText(/The attempt comes (within|any moment)/).waitFor()
      const said = await page.getByRole('status').allTextContents()
      expect(said).toContain('It waits for its next attempt; after 15 in a row it goes no further by itself.')
      expect(said.join()).not.toMatch(/The attempt comes/)
      await page.close()
    })

    it('send one command for a double click, and say what came of it', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${stub.address}#saga/acme/failing`)
      await page.getByRole('button', { name: /^Run now/ }).dblclick()
      await page.getByText('Its next attempt is made now.').waitFor()
      const [sent, ...others] = commands.splice(0)
      expect(sent).toMatchObject({ tenant: 'acme', path: '/sagas/s1/run-now', body: '{"generation":1}' })
      expect([...new Set(others.map(({ key }) => key))]).toEqual(others.length > 0 ? [sent?.key] : [])
      await tabTo(page, 'Show the fence of notice: done', 'button')
      expect(complaints).toEqual([])
      await page.close()
    })

    it('hold and release by a click', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${stub.address}#operate`)
      await page.getByRole('button', { name: 'Release: mail' }).click()
      await page.getByText('mail is released').waitFor()
      await page.getByLabel('Dependency').fill('webhook:shop')
      await page.getByRole('button', { name: 'Hold: webhook:shop' }).click()
      await page.getByText('Sagas that need webhook:shop wait now.').waitFor()
      const sent = commands.splice(0).map(({ method, path, key = '' }) => [method, path, key.slice(0, 20)])
      expect(sent).toEqual([
        ['DELETE', '/holds/mail', 'console-release-mail'],
        ['PUT', '/holds/webhook%3Ashop', expect.stringMatching(/^console-hold-/)],
      ])
      await page.getByText('held for mail').waitFor()
      expect(await page.locator('img, script:not([src])').count()).toBe(0)
      expect(complaints).toEqual([])
      await page.close()
    })

    it('say how far a resumption is, no more often than lists are read', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${stub.address}#operate`)
      await page.getByRole('button', { name: 'Resume all: every parked saga' }).click()
      await page.getByText('Under way: 1 resumed.').waitFor()
      await page.getByText('Finished: 3 resumed.').waitFor()
      const [, second = 0, third = 0] = progressReadAtMs
      expect(third - second).toBeGreaterThan(2_500)
      expect([commands.splice(0).map(({ path }) => path), complaints]).toEqual([['/sagas/resumptions'], []])
      await page.close()
    })

    it('stay usable with ten thousand sagas, by page and by filter', async () => {
      const { page, complaints } = await openTab(browser)
      await page.goto(`${stub.address}#operate/many`)
      const rows = page.locator('tbody tr')
      await page.getByText('at least 100 sagas wait').waitFor()
      for (const number of [1, 2, 3]) {
        await page.getByText(`Page ${number}: 50, and more`).waitFor()
        expect(await rows.count()).toBe(50)
        await tabTo(page, 'Older', 'button')
        await page.keyboard.press('Enter')
      }
      await page.getByText('Page 4: 50').waitFor()
      await page.setViewportSize({ width: 400, height: 800 })
      expect([await scrollsSideways(page), await axeFindings(page)]).toEqual([false, []])
      for (const number of [3, 2, 1]) {
        await page.getByRole('button', { name: 'Newer' }).click()
        await page.getByText(`Page ${number}: 50`).waitFor()
      }
      await page.getByLabel('State').selectOption('parked')
      await page.getByRole('button', { name: 'List' }).click()
      // Its reason, that of a hold, and that of the hold on everything. Found in one go, though no page of the
      // API before the last one has any.
      await page.getByRole('button', { name: 'Resume: notification s9998' }).waitFor()
      expect([await rows.count(), await page.getByText(hostile).count()]).toEqual([1, 3])
      expect(complaints).toEqual([])
      await page.close()
    })
  })
}
