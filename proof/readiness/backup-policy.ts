/** What docs/restore.md promises of backups. A test compares the page, the templates of every stage, and this. */
export const backupPolicy = {
  /** How far back a table can be restored, to any second: the longest that DynamoDB has. */
  tableDays: 35,
  /** How long a file or an archive that was deleted or overwritten can be had back. */
  oldVersionDays: 35,
  /** The time between two drills, also where nothing has changed: Node.js, the SDK and the operator's machine have. */
  drillEveryDays: 30,
} as const
