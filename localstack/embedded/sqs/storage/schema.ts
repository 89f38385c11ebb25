/** "SQSq": marks the file as this store's. */
export const applicationId = 0x53515371
export const schemaVersion = 1

/**
 * `messages` holds what changes with each receive, `contents` what never does, so that a large body is written once. `seq` is the order
 * of all messages and never used twice. `fifoGroups` has a row for each group with messages: its first message, and from when on the
 * next of them may be received.
 */
export const schema = `
  CREATE TABLE secret (bytes BLOB NOT NULL) STRICT;
  CREATE TABLE queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, attributes TEXT NOT NULL, tags TEXT NOT NULL,
    createdMs INTEGER NOT NULL, modifiedMs INTEGER NOT NULL, purgedMs INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE deletedQueues (name TEXT PRIMARY KEY, deletedMs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER NOT NULL, fifoGroup TEXT, sentMs INTEGER NOT NULL,
    visibleMs INTEGER NOT NULL, taken INTEGER NOT NULL DEFAULT 0, takenMs INTEGER, nonce INTEGER,
    receiveCount INTEGER NOT NULL DEFAULT 0, firstReceivedMs INTEGER) STRICT;
  CREATE INDEX messagesByVisibility ON messages (queue, visibleMs, seq, taken);
  CREATE INDEX messagesByAge ON messages (queue, sentMs);
  CREATE INDEX messagesByGroup ON messages (queue, fifoGroup, seq) WHERE fifoGroup IS NOT NULL;
  CREATE INDEX messagesTaken ON messages (queue, fifoGroup, visibleMs) WHERE taken = 1 AND fifoGroup IS NOT NULL;
  CREATE TABLE contents (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL, bodyMd5 TEXT NOT NULL, attributes TEXT,
    attributesMd5 TEXT, sender TEXT NOT NULL, traceHeader TEXT, groupId TEXT, deduplicationId TEXT, sourceArn TEXT) STRICT;
  CREATE TABLE fifoGroups (
    queue INTEGER NOT NULL, id TEXT NOT NULL, head INTEGER NOT NULL, freeMs INTEGER NOT NULL,
    PRIMARY KEY (queue, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX fifoGroupsByFreedom ON fifoGroups (queue, freeMs, head);
  CREATE TABLE deduplications (
    queue INTEGER NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, messageId TEXT NOT NULL, seq INTEGER NOT NULL,
    untilMs INTEGER NOT NULL, PRIMARY KEY (queue, scope, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX deduplicationsByEnd ON deduplications (untilMs);
  CREATE TABLE attempts (
    queue INTEGER NOT NULL, id TEXT NOT NULL, messages TEXT NOT NULL, untilMs INTEGER NOT NULL,
    PRIMARY KEY (queue, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE moveTasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sourceArn TEXT NOT NULL, destinationArn TEXT,
    perSecond INTEGER, status TEXT NOT NULL, moved INTEGER NOT NULL, toMove INTEGER NOT NULL, lastSeq INTEGER NOT NULL,
    startedMs INTEGER NOT NULL, failure TEXT) STRICT;
`
