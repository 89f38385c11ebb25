import { ownCases } from '../../scenarios/all.ts'
import { sample } from '../fixtures/sample.ts'
import { testMutants } from './mutant-tests.ts'

/** A sample of what `npm run test:long -- mutants` does. */
testMutants(sample(ownCases(), 1))
