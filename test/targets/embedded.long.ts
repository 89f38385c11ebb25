import { testEmbedded } from './embedded-tests.ts'

testEmbedded('Embedded')
