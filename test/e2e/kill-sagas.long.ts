import { testKills } from './kill-tests.ts'
import { testStartHeld } from './start-held-tests.ts'

testKills({ tickets: 24, sagasMin: 200, kills: 3, removals: 12 })

testStartHeld()
