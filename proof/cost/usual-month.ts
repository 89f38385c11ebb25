import type { Month } from './bill.ts'

/** The month of docs/cost.md, and of `npm run cost` without options: a company with some three thousand tickets a day. */
export const usualMonth: Month = { tickets: 100_000, comments: 400_000, attachments: 0.2, duplicates: 0.05 }
