import { runsEveryCase } from '../fixtures/sample.ts'
import { testOutcomes } from './outcome-tests.ts'

/** So many of the cases run in a minute and a half; `--all` runs every one. */
const sampleCount = 64

testOutcomes({ ...(!runsEveryCase && { count: sampleCount }), onProgress: console.log })
