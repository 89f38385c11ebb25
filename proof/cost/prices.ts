/** AWS list prices in US dollars, us-east-1, without free tiers; each with the page that lists it. */
export const prices = {
  /** Standard workflows; a retry is a transition too. https://aws.amazon.com/step-functions/pricing/ */
  perTransition: 0.025 / 1_000,
  /** https://aws.amazon.com/lambda/pricing/ */
  perInvocation: 0.2 / 1_000_000,
  /** arm64. https://aws.amazon.com/lambda/pricing/ */
  perGigabyteSecond: 0.0000133334,
}

/**
 * How long a warm invocation is taken to last, in milliseconds: it reads where the saga is and says that its task begins; then
 * each step has its reads and its transaction, an outside call included.
 */
export const assumed = { msPerInvocation: 20, msPerStep: 40 }
