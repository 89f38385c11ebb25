import { generatedNotice } from '../table.ts'

/** A page of the portfolio: one question, how it is answered, and the command that proves the answer. */
export interface PortfolioPage {
  /** The file's name under `docs/portfolio/`, without suffix. */
  name: string
  title: string
  /** The question that it answers. */
  asks: string
  /** The command that proves it, besides `npm run docs -- --check`; such as a test. */
  provenBy: string
  body: string
}

const portfolioFolder = 'docs/portfolio'

/** Its path from the root, and its text. */
export function renderPage({ name, title, asks, provenBy, body }: PortfolioPage): { path: string; text: string } {
  const text = `${generatedNotice}

# ${title}

*${asks}*

Proven by \`npm run docs -- --check\`, which compares this page with the code, and \`${provenBy}\`.

${body.trim()}
`
  return { path: `${portfolioFolder}/${name}.md`, text }
}

/** A link to a file of the repository, from a page of the portfolio. */
export function fileLink(path: string, text = `\`${path}\``): string {
  return `[${text}](${path.startsWith('docs/') ? path.replace('docs', '..') : `../../${path}`})`
}

/** A test by its title, linked to its file. `%s` and the like stand for what the test is repeated with. */
export function testLink([title, file]: readonly [title: string, file: string]): string {
  return fileLink(file, title)
}
