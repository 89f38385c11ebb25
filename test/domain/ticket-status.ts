/** The transition table of the API contract, written down independently of the code so that a change to either is noticed. */
export const allowedTransitions: ReadonlySet<string> = new Set([
  'open → in_progress',
  'open → waiting_for_customer',
  'open → resolved',
  'in_progress → waiting_for_customer',
  'in_progress → resolved',
  'waiting_for_customer → in_progress',
  'waiting_for_customer → resolved',
  'resolved → closed',
  'resolved → open',
  'closed → open',
])
