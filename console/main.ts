import { html } from 'htm/preact'
import { render } from 'preact'
import { connect } from './live/connection.ts'
import { OperatorContext } from './operator-api/operator.ts'
import { stackOperator } from './operator-api/stack-operator.ts'
import { App } from './shell/app.ts'
import { ConnectionNote } from './shell/connection-note.ts'
import { pages } from './shell/routes.ts'
import { applyTheme } from './shell/theme.ts'

applyTheme()
connect('events')
const root = document.getElementById('app')
if (root)
  render(
    html`
      <${OperatorContext.Provider} value=${stackOperator}>
        <${App} pages=${pages} status=${ConnectionNote} />
      <//>
    `,
    root,
  )
