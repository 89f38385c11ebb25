import { runsEveryCase } from '../fixtures/sample.ts'
import { testOutcomes } from './outcome-tests.ts'

/** As many of the cases as run in two minutes; `--all` runs every one. */
const sampleCount = 100

testOutcomes({ ...(!runsEveryCase && { count: sampleCount }), onProgress: console.log })
