import { testOutcomes } from './outcome-tests.ts'

/** A sample of what `npm run test:long -- outcomes` does. */
testOutcomes({ count: 10, casesAtOnce: 3 })
