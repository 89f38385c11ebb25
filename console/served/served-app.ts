import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import { App } from '../shell/app.ts'
import type { Pages } from '../shell/page.ts'
import { BlockedPage } from './blocked-page.ts'
import { SagasPage } from './sagas-page.ts'
import { session } from './session.ts'
import { SignIn } from './sign-in.ts'
import { SignedInAs } from './signed-in-as.ts'

/** What an operator sees and does by the API alone. */
const pages: Pages = [
  { id: 'sagas', title: 'Sagas', view: SagasPage },
  { id: 'blocked', title: 'Blocked', view: BlockedPage },
]

const signInPages: Pages = [{ id: 'sign-in', title: 'Sign in', view: SignIn }]

/** The console as the API serves it. Nothing that one operator saw is left when another one signs in. */
export function ServedApp() {
  const who = session.who.value
  const isFirst = useRef(true)

  useEffect(() => {
    // The button that one signed in or out by is gone: who works by keyboard goes on at the top of what came instead.
    if (!isFirst.current) document.querySelector('h1')?.focus()
    isFirst.current = false
  }, [who])

  if (!who) return html`<${App} key="signed-out" pages=${signInPages} status=${SignedOut} />`
  return html`<${App} key="signed-in" pages=${pages} status=${SignedInAs} />`
}

function SignedOut() {
  return html`<p class="connection">Signed out</p>`
}
