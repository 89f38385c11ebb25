import { runsEveryCase } from '../fixtures/sample.ts'
import { testOutcomes } from './outcome-tests.ts'

/** As many of the cases as run in a minute and a half; `--all` runs every one. */
const sampleCount = 64

testOutcomes({ ...(!runsEveryCase && { count: sampleCount }), onProgress: console.log })
