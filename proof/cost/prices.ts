/** One price of AWS's public price pages. */
export interface Price {
  /** US dollars per unit. */
  usd: number
  /** The page that lists it. */
  source: string
  /** The day of the latest copy or quotation of the page in which it was seen; `not verified` when none that names the price has a date. */
  seen: string
  /** Who quotes it, where that is not a copy of the page itself. */
  quotedBy?: string
}

/** The region of the prices below, and the day on which they were gathered. */
export const priceList = { region: 'us-east-1', date: '2026-11-28' } as const

const page = {
  apiGateway: 'https://aws.amazon.com/api-gateway/pricing/',
  cloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  dynamoDb: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  guardDuty: 'https://aws.amazon.com/guardduty/pricing/',
  kms: 'https://aws.amazon.com/kms/pricing/',
  lambda: 'https://aws.amazon.com/lambda/pricing/',
  s3: 'https://aws.amazon.com/s3/pricing/',
  ses: 'https://aws.amazon.com/ses/pricing/',
  sqs: 'https://aws.amazon.com/sqs/pricing/',
  stepFunctions: 'https://aws.amazon.com/step-functions/pricing/',
}

const quotedBy = {
  dynamoDbUnits: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  dynamoDbStorage: 'https://wring.co/blog/aws-dynamodb-pricing-guide',
  kms: 'https://cloudburn.io/blog/aws-kms-pricing',
  stepFunctions: 'https://www.wring.co/blog/aws-step-functions-pricing-guide',
}

/** Marks a price as known when this was written: it must be compared with the page first. */
const notVerified = 'not verified'

/** AWS list prices of the first tier in {@link priceList}, without free tiers, discounts and taxes. */
export const priceOf = {
  restRequest: { usd: 3.5 / 1e6, source: page.apiGateway, seen: '2026-05-04' },
  /** What the same request would cost on an HTTP API. */
  httpRequest: { usd: 1 / 1e6, source: page.apiGateway, seen: '2026-09-20' },
  invocation: { usd: 0.2 / 1e6, source: page.lambda, seen: '2026-09-20' },
  armGigabyteSecond: { usd: 0.0000133334, source: page.lambda, seen: '2026-05-11' },
  x86GigabyteSecond: { usd: 0.0000166667, source: page.lambda, seen: '2026-05-11' },
  durableOperation: { usd: 8 / 1e6, source: page.lambda, seen: '2026-09-20' },
  durableGigabyteWritten: { usd: 0.25, source: page.lambda, seen: notVerified },
  durableGigabyteMonth: { usd: 0.15, source: page.lambda, seen: notVerified },
  writeUnit: { usd: 0.625 / 1e6, source: page.dynamoDb, seen: '2025-07-21', quotedBy: quotedBy.dynamoDbUnits },
  readUnit: { usd: 0.125 / 1e6, source: page.dynamoDb, seen: '2025-07-21', quotedBy: quotedBy.dynamoDbUnits },
  tableGigabyteMonth: { usd: 0.25, source: page.dynamoDb, seen: '2026-03-08', quotedBy: quotedBy.dynamoDbStorage },
  recoveryGigabyteMonth: { usd: 0.2, source: page.dynamoDb, seen: notVerified },
  fifoRequest: { usd: 0.5 / 1e6, source: page.sqs, seen: '2026-06-13' },
  /** Standard workflows; a retry is billed as a transition. */
  transition: { usd: 0.025 / 1e3, source: page.stepFunctions, seen: '2026-03-14', quotedBy: quotedBy.stepFunctions },
  mail: { usd: 0.1 / 1e3, source: page.ses, seen: notVerified },
  /** PUT, COPY, POST and LIST. */
  objectWrite: { usd: 0.005 / 1e3, source: page.s3, seen: notVerified },
  /** GET and all other requests but DELETE, which is free. */
  objectRead: { usd: 0.0004 / 1e3, source: page.s3, seen: notVerified },
  objectGigabyteMonth: { usd: 0.023, source: page.s3, seen: '2026-03-13' },
  scannedObject: { usd: 0.215 / 1e3, source: page.guardDuty, seen: notVerified },
  scannedGigabyte: { usd: 0.09, source: page.guardDuty, seen: notVerified },
  logGigabyte: { usd: 0.5, source: page.cloudWatch, seen: '2026-06-13' },
  alarmMonth: { usd: 0.1, source: page.cloudWatch, seen: notVerified },
  metricMonth: { usd: 0.3, source: page.cloudWatch, seen: '2026-02-15' },
  keyMonth: { usd: 1, source: page.kms, seen: '2026-03-14', quotedBy: quotedBy.kms },
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof priceOf

/**
 * What can't be measured on one machine and is assumed instead. The first two are the duration of a saga's task in milliseconds: per
 * invocation to read the saga and record the attempt, and per step for its reads, its transaction and its outside call.
 */
export const assumed = {
  msPerInvocation: 20,
  msPerStep: 40,
  /**
   * A call to DynamoDB, SQS or S3 from a warm function, in milliseconds: an invocation lasts as long as its CPU time, and this per call.
   */
  msPerCall: 10,
  /** START, END and REPORT, which Lambda adds to each invocation's log. */
  platformLogBytes: 400,
  /** One line of the API's access log. */
  accessLogBytes: 350,
  /** Lambda polls an idle queue with five long polls of 20 s. */
  idlePollsPerQueueMonth: (5 * 30 * 24 * 3_600) / 20,
  attachmentBytes: 1_000_000,
  daysPerMonth: 30,
} as const
