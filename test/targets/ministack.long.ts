import { ministack } from './emulated.ts'
import { testTarget } from './target-tests.ts'

testTarget('MiniStack', ministack)
