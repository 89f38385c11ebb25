/** AWS list prices in US dollars, us-east-1, without free tiers. Each names the page that lists it. */
export const prices = {
  /** Standard workflows; a retry is billed as a transition. https://aws.amazon.com/step-functions/pricing/ */
  perTransition: 0.025 / 1_000,
  /** https://aws.amazon.com/lambda/pricing/ */
  perInvocation: 0.2 / 1_000_000,
  /** arm64. https://aws.amazon.com/lambda/pricing/ */
  perGigabyteSecond: 0.0000133334,
}

/**
 * The assumed duration of a warm invocation, in milliseconds: per invocation to read the saga and record the attempt, and per step for its
 * reads, its transaction and its outside call.
 */
export const assumed = { msPerInvocation: 20, msPerStep: 40 }
