import { testKills } from './kill-tests.ts'

/** One round of what `npm run test:long -- kills` does. */
testKills({ tickets: 8, sagasMin: 60, kills: 1, removals: 2 })
