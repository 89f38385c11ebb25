import { testTarget } from './target-tests.ts'

testTarget('MiniStack', 'ministack')
