import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { place } from './location.ts'
import { type Pages, pageAt } from './page.ts'
import { placeFragment } from './place.ts'
import { ThemeSwitch } from './theme-switch.ts'

/** The frame around each page. `Status` says whether what they show is live. */
export function App({ pages, status: Status }: { pages: Pages; status: () => VNode }) {
  const there = place.value
  const page = pageAt(pages, there)
  const heading = useRef<HTMLHeadingElement>(null)
  const isFirst = useRef(true)

  useEffect(() => {
    document.title = `${page.title} · Steadfast`
    // A screen reader then says where a link has led, which may be gone itself; at the start the page speaks for itself.
    if (!isFirst.current) heading.current?.focus()
    isFirst.current = false
  }, [placeFragment(there)])

  return html`
    <a class="skip" href="#main" onClick=${skipTo(heading)}>Skip to content</a>
    <header class="shell">
      <span class="mark"><${Mark} />Steadfast</span>
      <nav aria-label="Pages">
        ${pages.map(
          ({ id, title }) =>
            html`<a key=${id} href=${`#${id}`} aria-current=${id === page.id ? 'page' : undefined}>${title}</a>`,
        )}
      </nav>
      <${Status} />
      <${ThemeSwitch} />
    </header>
    <main id="main">
      <h1 ref=${heading} tabindex="-1">${page.title}</h1>
      <${page.view} place=${there} />
    </main>
  `
}

/** A fragment is a place here, so the link moves the focus itself. */
function skipTo(heading: { current: HTMLElement | null }) {
  return (event: Event) => {
    event.preventDefault()
    heading.current?.focus()
  }
}

/** Three marks on one line: what was done, once. */
function Mark() {
  return html`
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d="M2 10h16" stroke="currentColor" stroke-width="1.5" />
      <circle cx="4" cy="10" r="2.5" fill="var(--ground)" stroke="currentColor" stroke-width="1.5" />
      <circle cx="16" cy="10" r="2.5" fill="currentColor" />
    </svg>
  `
}
