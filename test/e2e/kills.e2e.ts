import { seed } from '../fixtures/sample.ts'
import { testKills } from './kill-tests.ts'
import { testLoad } from './load-tests.ts'

/** One round of what `npm run test:long -- kills` or `-- load` does: both kill a stack under traffic. */
if (seed % 2 === 0) testKills({ tickets: 5, sagasMin: 36, kills: 1, removals: 2 })
else testLoad({ killed: 6 })
