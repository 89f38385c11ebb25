import { testTarget } from './target-tests.ts'

testTarget('LocalStack', 'localstack', 'next version')
