import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where systems put Chromium or Chrome. */
const places = [
  ...(process.env.CHROME_PATH ? [process.env.CHROME_PATH] : []),
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A title that would do something if it were markup. */
export const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

export const chromePath = places.find((path) => existsSync(path))
export const whyNoBrowser = 'needs Chromium: install it (Debian: apt-get install chromium), or name it in CHROME_PATH'

export function startBrowser(): Promise<Browser> {
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: chromePath ?? '', args })
}

export interface Tab {
  page: Page
  /** What the browser complained about: errors of scripts, and what the content security policy refused. */
  complaints: string[]
}

export async function openTab(
  browser: Browser,
  { width = 1280, height = 900, scheme = 'light' }: { width?: number; height?: number; scheme?: 'light' | 'dark' } = {},
): Promise<Tab> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' })
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    // A stack that is down is what one test is about.
    if (message.type() === 'error' && !/ERR_CONNECTION|ERR_INCOMPLETE/.test(message.text()))
      complaints.push(message.text())
  })
  return { page, complaints }
}

/** What axe finds wrong, as `rule: element`. Its script is put in by the browser's own protocol, which no policy of the page concerns. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => ({ id, html: nodes.map(({ html }) => html.slice(0, 120)) }))
  })
  return violations.flatMap(({ id, html }) => html.map((element) => `${id}: ${element}`))
}

/** Whether the page is wider than its window. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > innerWidth')
}

/** Goes to an element by Tab alone; throws when it can't be reached. */
export async function tabTo(page: Page, name: string | RegExp, role: 'link' | 'button' | 'switch'): Promise<void> {
  const target = page.getByRole(role, { name, exact: typeof name === 'string' }).first()
  await target.waitFor()
  for (let presses = 0; presses < 200; presses++) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return
  }
  throw new Error(`${role} ${name} can't be reached by Tab`)
}

/** Where pictures for docs/console.md go, such as docs/pictures; without it none are taken. */
const picturesDir = process.env.STEADFAST_PICTURES

export async function picture(page: Page, name: string): Promise<void> {
  if (!picturesDir) return
  mkdirSync(picturesDir, { recursive: true })
  await page.setViewportSize({ width: 1200, height: 780 })
  await page.screenshot({ path: join(picturesDir, `console-${name}.png`) })
}
