import type { Mail } from './mail.ts'

/** All mails on one plain page, newest first. */
export function mailPage(mails: readonly Mail[], title: string): string {
  const rows = mails.toReversed().map(
    ({ acceptedAt, source, to, cc, bcc, subject, text, html, headers, tags }) => `
<details>
  <summary><time>${escapeHtml(acceptedAt)}</time> <b>${escapeHtml(subject)}</b> to ${escapeHtml([...to, ...cc, ...bcc].join(', '))}</summary>
  <dl>
    <dt>From</dt><dd>${escapeHtml(source)}</dd>
    ${Object.entries({ ...headers, ...tags })
      .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
      .join('')}
  </dl>
  <pre>${escapeHtml(text ?? html ?? '')}</pre>
</details>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Mail · ${escapeHtml(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  details { border-bottom: 1px solid #ccc; padding: .5rem 0 }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem } dd { margin: 0; overflow-wrap: anywhere }
  pre { white-space: pre-wrap; background: #f6f6f6; padding: .75rem }
</style>
<h1>Mail</h1>
<p>What this stack would have sent: ${mails.length} shown. As data: <a href="mail.json">mail.json</a>.</p>
${rows.join('') || '<p>No mail yet.</p>'}
</html>
`
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => names[character] ?? character)
}
