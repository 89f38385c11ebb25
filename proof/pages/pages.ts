import { sagas } from '../../sagas/all.ts'
import { titleOf } from '../../sagas/saga.ts'
import { contractFiles } from '../contracts/registry.ts'
import { contractsDir, readReleases } from '../contracts/releases.ts'
import { readMeasured } from '../cost/cost-report.ts'
import { endpoints } from '../openapi/endpoints.ts'
import { openApiDocument } from '../openapi/openapi-document.ts'
import { harnesses } from '../outcomes/all.ts'
import { readMeasuredQueries } from '../schema/measured-queries.ts'
import { readReport } from '../targets/report.ts'
import { contractsPage } from './contracts-page.ts'
import { outcomesPage } from './outcomes-page.ts'
import { portfolioPages } from './portfolio/all.ts'
import { sagaPage } from './saga-page.ts'
import { schemaPage } from './schema-page.ts'
import { targetsPage } from './targets-page.ts'

/** A file that is generated from the code. */
export interface Page {
  /** The path from the root of the repository. */
  path: string
  text: string
}

const outcomesPath = 'docs/sagas/outcomes.md'

/** Generates every page. The same code gives the same text. Throws `Error` when a saga run does not reach a defined end. */
export async function generatePages(): Promise<Page[]> {
  const { text, problems } = await outcomesPage(harnesses)
  if (problems.length > 0) throw new Error(`some saga runs did not reach a defined end: ${problems.join(' · ')}`)
  return [...(await pagesWithoutRuns()), { path: outcomesPath, text }]
}

/** Generates every page but the one with the outcomes, which takes a run for each. */
export async function pagesWithoutRuns(): Promise<Page[]> {
  return [
    ...sagas.map((saga) => ({ path: `docs/sagas/${titleOf(saga)}.md`, text: sagaPage(saga) })),
    { path: 'docs/schema.md', text: await schemaPage(readMeasured('.'), readMeasuredQueries()) },
    ...portfolioPages(),
    { path: 'docs/targets.md', text: targetsPage(readReport()) },
    ...contractPages(),
    { path: 'functions/get-openapi/openapi.json', text: `${JSON.stringify(openApiDocument(endpoints), null, 2)}\n` },
  ]
}

/** The index of contracts and its files; the OpenAPI document is where the function that serves it needs it. */
function contractPages(): Page[] {
  const files = contractFiles()
  const schemas = files.filter(({ name }) => name !== 'openapi')
  return [
    { path: `${contractsDir}/README.md`, text: contractsPage(files, readReleases()) },
    ...schemas.map(({ name, document }) => ({
      path: `${contractsDir}/${name}.json`,
      text: `${JSON.stringify(document, null, 2)}\n`,
    })),
  ]
}
