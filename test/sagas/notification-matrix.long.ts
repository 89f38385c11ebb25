import { seed } from '../fixtures/sample.ts'
import { lastingCalls, testEveryCall, testLastingFaults, testManyFaults } from './notification-matrix.ts'

testEveryCall({ first: 1, stride: 1 })
testManyFaults({ firstSeed: 1, count: 400 })
testManyFaults({ firstSeed: seed, count: 400 })
testLastingFaults(lastingCalls)
