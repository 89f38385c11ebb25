import { html } from 'htm/preact'
import { render } from 'preact'
import { ApiConsole } from './api-console/api-console-app.ts'
import { applyTheme } from './shell/theme.ts'

applyTheme()
const root = document.getElementById('app')
if (root) render(html`<${ApiConsole} />`, root)
