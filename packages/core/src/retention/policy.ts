/** How many of each tier to keep. At least one rule must be there and be above zero. */
export interface KeepRules {
  readonly last?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  /** Everything younger than this, in milliseconds. Written `90d`, `12h`, `8w` in a configuration. */
  readonly withinMs?: number;
}

/** 0 Sunday to 6 Saturday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export interface RetentionPolicy {
  readonly keep: KeepRules;
  /** IANA zone in which days begin and end. */
  readonly timeZone: string;
  /** Weeks begin on this weekday, months and years on their first one. Saturday unless configured. */
  readonly anchor: Weekday;
}
