import { createSession } from './create-session.ts'

/** The session of this page. Paths are relative to the page's address, which stands beside the API's routes. */
export const session = createSession({ send: (path, init) => fetch(path, init), nowMs: () => Date.now() })
