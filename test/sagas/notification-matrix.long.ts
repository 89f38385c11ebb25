import { seed } from '../fixtures/sample.ts'
import { testEveryCall, testManyFaults } from './notification-matrix.ts'

testEveryCall({ first: 1, stride: 1 })
testManyFaults({ firstSeed: 1, count: 400 })
testManyFaults({ firstSeed: seed, count: 400 })
