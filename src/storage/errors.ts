/** What a store refuses or cannot do. */

export class VersionConflict extends Error {
  constructor(type: string, id: string) {
    super(`${type} ${id} was changed by another request`);
    this.name = 'VersionConflict';
  }
}

export class UniquenessConflict extends Error {
  /** Canonical path of the attribute whose value another resource holds. */
  readonly attribute: string;

  constructor(attribute: string) {
    super(`another resource holds this value of ${attribute}`);
    this.name = 'UniquenessConflict';
    this.attribute = attribute;
  }
}

/** The database cannot be reached, opened or written; the message says what to do. */
export class StorageUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageUnavailable';
  }
}

/** The database gave a statement up after the time that it has: later it may be faster, but more likely too much was asked. */
export class StatementTimeout extends StorageUnavailable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StatementTimeout';
  }
}
