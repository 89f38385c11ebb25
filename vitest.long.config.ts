import { defineConfig } from 'vitest/config'
import short from './vitest.config.ts'

const { projects: _, ...shared } = short.test ?? {}

/** The long proofs, one after the other unless `npm run test:long` says otherwise. Their progress is printed as it happens. */
export default defineConfig({
  test: {
    ...shared,
    include: ['{test,localstack/embedded/test}/**/*.long.ts'],
    fileParallelism: false,
    disableConsoleIntercept: true,
    maxConcurrency: 3,
  },
})
