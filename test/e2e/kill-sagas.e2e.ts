import { testKills } from './kill-tests.ts'

/** One round of what `npm run test:long -- kills` does. */
testKills({ tickets: 5, sagasMin: 36, kills: 1, removals: 2 })
