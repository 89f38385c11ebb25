/** What the embedded stack calls itself: its pages are under `/_steadfast/`, and `steadfast.json` marks its data folder. */
export const stackName = 'Steadfast'
