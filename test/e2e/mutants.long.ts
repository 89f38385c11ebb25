import { ownCases } from '../../scenarios/all.ts'
import { runsEveryCase, sample } from '../fixtures/sample.ts'
import { testBuildWithoutMutant, testMutants } from './mutant-tests.ts'

/** So many run in two minutes; `--all` runs every one. */
const sampleCount = 15

const cases = runsEveryCase ? ownCases() : sample(ownCases(), sampleCount)
testMutants(cases, console.log)
testBuildWithoutMutant()
