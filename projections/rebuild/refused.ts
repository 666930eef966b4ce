/** Why a rebuild ends without a swap. @module */

/** A rebuild that cannot begin or go on; the live tables are as they were. */
export class RebuildRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RebuildRefused";
  }
}

/** A rebuild that somebody ended; the live tables are as they were. */
export class RebuildCancelled extends Error {
  constructor() {
    super("the rebuild was cancelled");
    this.name = "RebuildCancelled";
  }
}
