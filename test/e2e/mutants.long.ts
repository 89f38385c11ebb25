import { ownCases, scenarios } from '../../scenarios/all.ts'
import { coveringSample, runsEveryCase } from '../fixtures/sample.ts'
import { testBuildWithoutMutant, testMutants } from './mutant-tests.ts'

/** One mutant of each scenario, so that each is shown broken without a guard; with `--all`, every mutant. */
const cases = runsEveryCase
  ? ownCases()
  : coveringSample(ownCases(), scenarios.length, ({ scenario }) => [scenario.name])
testMutants(cases, console.log)
testBuildWithoutMutant()
