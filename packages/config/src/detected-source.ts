/** A database that nobody named. */
export interface DetectedSource {
  /** As `AdHocOptions.source` takes it; it may hold a password. */
  readonly source: string;
  /** For people, without secrets. */
  readonly description: string;
  /** How it was found, for people: `DATABASE_URL in .env`. */
  readonly reason: string;
}
