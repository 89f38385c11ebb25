import { sample, seed } from '../fixtures/sample.ts'
import { lastingCalls, testEveryCall, testLastingFaults, testManyFaults } from './notification-matrix.ts'

// A sample of what `npm run test:long -- notifications` does.
const stride = 6
testEveryCall({ first: 1 + (seed % stride), stride })
testManyFaults({ firstSeed: seed, count: 60 })
testLastingFaults(sample(lastingCalls, 2))
