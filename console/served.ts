import { html } from 'htm/preact'
import { render } from 'preact'
import { ServedApp } from './served/served-app.ts'
import { applyTheme } from './shell/theme.ts'

applyTheme()
const root = document.getElementById('app')
if (root) render(html`<${ServedApp} />`, root)
