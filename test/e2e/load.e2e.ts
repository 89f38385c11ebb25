import { testLoad } from './load-tests.ts'

/** A small run of what `npm run test:long -- load` does. */
testLoad({ calm: 4, killed: 6 })
