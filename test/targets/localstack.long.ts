import { localstack } from './emulated.ts'
import { testTarget } from './target-tests.ts'

testTarget('LocalStack', localstack)
