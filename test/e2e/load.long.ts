import { testLoad } from './load-tests.ts'

testLoad({ calm: 12, killed: 20 })
