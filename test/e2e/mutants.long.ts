import { ownCases } from '../../scenarios/all.ts'
import { testMutants } from './mutant-tests.ts'

testMutants(ownCases(), console.log)
