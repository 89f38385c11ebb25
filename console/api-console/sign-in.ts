import { html } from 'htm/preact'
import { useRef, useState } from 'preact/hooks'
import { session } from './session.ts'

/** Asks for a token. It leaves the field as soon as it is sent, and is kept in memory only. */
export function SignIn() {
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState(session.ended.value)
  const [isAsking, setAsking] = useState(false)

  const submit = async (event: Event) => {
    event.preventDefault()
    if (!field.current || isAsking) return
    const pasted = field.current.value
    field.current.value = ''
    setAsking(true)
    const refused = await session.signIn(pasted)
    setAsking(false)
    setProblem(refused ?? '')
    field.current?.focus()
  }

  return html`
    <div class="sign-in panel">
      <p>
        Paste a token of an admin of your tenant. On a local target,
        ${' '}<code>npm run token -- --tenant acme --user ops --role admin</code> prints one; on AWS it comes from the issuer
        of the stage.
      </p>
      <form class="form" onSubmit=${submit}>
        <label>
          <span>Token</span>
          <input ref=${field} class="mono" type="password" autocomplete="off" spellcheck=${false} required />
        </label>
        <button type="submit" class="is-main" disabled=${isAsking}>${isAsking ? 'Asking the API' : 'Sign in'}</button>
      </form>
      <p class="problem" role="alert">${problem}</p>
      <p class="note">It is kept in this page’s memory until you sign out, load the page again, or the API refuses it.</p>
    </div>
  `
}
