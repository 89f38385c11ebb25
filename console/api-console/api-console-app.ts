import { html } from 'htm/preact'
import { useEffect, useRef } from 'preact/hooks'
import { OperatePage } from '../operate-page/operate-page.ts'
import { forgetAnswers } from '../operator-api/answers.ts'
import { OperatorContext } from '../operator-api/operator.ts'
import { SagaPage } from '../saga/saga-page.ts'
import { App } from '../shell/app.ts'
import type { Pages } from '../shell/page.ts'
import { apiOperator } from './api-operator.ts'
import { DashboardPage } from './dashboard-page.ts'
import { startPulse } from './pulse.ts'
import { session } from './session.ts'
import { SignIn } from './sign-in.ts'
import { SignedInAs } from './signed-in-as.ts'
import { TicketPage } from './ticket-page.ts'

/** What an operator sees and does by the API alone. */
const pages: Pages = [
  { id: 'operate', title: 'Operate', view: OperatePage },
  { id: 'dashboard', title: 'Dashboard', view: DashboardPage },
  { id: 'saga', title: 'A saga', view: SagaPage },
  { id: 'ticket', title: 'A ticket', view: TicketPage },
]

const signInPages: Pages = [{ id: 'sign-in', title: 'Sign in', view: SignIn }]

/** The console as the API serves it. Nothing that one operator saw is left when another one signs in. */
export function ApiConsole() {
  const who = session.who.value
  const isFirst = useRef(true)

  useEffect(() => {
    // The button that one signed in or out by is gone: who works by keyboard goes on at the top of what came instead.
    if (!isFirst.current) document.querySelector('h1')?.focus()
    isFirst.current = false
    if (who) return startPulse()
    forgetAnswers()
    return undefined
  }, [who])

  if (!who) return html`<${App} key="signed-out" pages=${signInPages} status=${SignedOut} />`
  return html`
    <${OperatorContext.Provider} key="signed-in" value=${apiOperator(who.tenant)}>
      <${App} pages=${pages} status=${SignedInAs} />
    <//>
  `
}

function SignedOut() {
  return html`<p class="connection">Signed out</p>`
}
