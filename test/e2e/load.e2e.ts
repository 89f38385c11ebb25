import { testLoad } from './load-tests.ts'

/** A small run of what `npm run test:long -- load` does. */
testLoad({ killed: 6 })
