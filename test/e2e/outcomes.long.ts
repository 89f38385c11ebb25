import { runsEveryCase } from '../fixtures/sample.ts'
import { testOutcomes } from './outcome-tests.ts'

/** As many of the cases as run in three minutes; `--all` runs every one. */
const sampleCount = 150

testOutcomes({ ...(!runsEveryCase && { count: sampleCount }), onProgress: console.log })
