import { sagas } from '../../sagas/all.ts'
import { titleOf } from '../../sagas/saga.ts'
import { endpoints } from '../openapi/endpoints.ts'
import { openApiDocument } from '../openapi/openapi-document.ts'
import { harnesses } from '../outcomes/all.ts'
import { outcomesPage } from './outcomes-page.ts'
import { sagaPage } from './saga-page.ts'

/** A file of `docs/` that is made from the code. */
export interface Page {
  /** From the project's folder. */
  path: string
  text: string
}

/** Every page that is made, the same each time. Throws `Error` when what a page would tell is not as it should be. */
export async function makePages(): Promise<Page[]> {
  const { text, problems } = await outcomesPage(harnesses)
  if (problems.length > 0) throw new Error(`sagas without a defined end: ${problems.join(' · ')}`)
  return [
    ...sagas.map((saga) => ({ path: `docs/sagas/${titleOf(saga)}.md`, text: sagaPage(saga) })),
    { path: 'docs/sagas/outcomes.md', text },
    { path: 'functions/get-openapi/openapi.json', text: `${JSON.stringify(openApiDocument(endpoints), null, 2)}\n` },
  ]
}
