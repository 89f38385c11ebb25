/** What a shared page may do: show itself. */
const policy = "default-src 'none'; style-src 'unsafe-inline'"

/**
 * One HTML file of what an element shows, without its buttons and with everything open. It needs no script and loads nothing. The browser
 * writes it out, so what people wrote stays text.
 */
export async function sharedPage(shown: Element, title: string, note: string): Promise<string> {
  const page = document.implementation.createHTMLDocument(title)
  page.documentElement.lang = 'en'
  const charset = page.createElement('meta')
  charset.setAttribute('charset', 'utf-8')
  const safe = page.createElement('meta')
  safe.httpEquiv = 'content-security-policy'
  safe.content = policy
  const viewport = page.createElement('meta')
  viewport.name = 'viewport'
  viewport.content = 'width=device-width, initial-scale=1'
  page.head.prepend(charset, safe, viewport)

  const main = page.createElement('main')
  main.className = 'scenario'
  const copy = page.importNode(shown, true)
  for (const element of copy.querySelectorAll('button, form, select, input, script, .unshared')) element.remove()
  for (const details of copy.querySelectorAll('details')) details.open = true
  const footnote = page.createElement('p')
  footnote.className = 'note'
  footnote.textContent = note
  main.append(copy, footnote)
  page.body.append(main)
  // The style is put in as text: as an element it would have to follow the console's own policy.
  const [head, ...rest] = page.documentElement.outerHTML.split('</head>')
  return `<!doctype html>\n${head}<style>\n${await ownStyle()}\n</style></head>${rest.join('</head>')}\n`
}

/** The console's own rules. As the browser has read them they can't be used: it does not write out every shorthand. */
async function ownStyle(): Promise<string> {
  try {
    return await (await fetch('console.css')).text()
  } catch {
    // While the stack is down: what is told is worth more than how it looks.
    return ''
  }
}

/** Hands a text to the person at the page as a file. */
export function download(fileName: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/html' }))
  link.download = fileName
  link.click()
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
