import { scenarios } from '../../scenarios/all.ts'
import { testMutants } from './mutant-tests.ts'

testMutants(scenarios, console.log)
