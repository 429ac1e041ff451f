/** What retention knows of one committed backup. */
export interface RetentionBackup {
  readonly id: string;
  /** Order of backups, whatever the clock said. */
  readonly sequence: number;
  readonly startedAt: Date;
  /** The backup it cannot be restored without; null for a full one. */
  readonly parent: string | null;
  /** `suspect`: committed, but it failed a verify or tripped a guard. */
  readonly state: "good" | "suspect";
  /** It was restored and its fingerprint compared. */
  readonly proven: boolean;
  /** Never delete it; the text says why. */
  readonly pin?: string;
}

/** What else a plan depends on. Whatever is given here can only stop deletions, except `allowMassDelete`. */
export interface RetentionConditions {
  /** What the caller knows of that nothing may be deleted now, in plain words. */
  readonly reasons?: readonly string[];
  readonly lastRunFailed?: boolean;
  /** Backups whose manifest cannot be read: what they need is not known. */
  readonly unreadable?: readonly string[];
  /** Time between two runs of the schedule. */
  readonly expectedIntervalMs?: number;
  /** Largest part of all backups, 0 to 1, that one prune may remove. 0.5 unless given. */
  readonly maxRemoveRatio?: number;
  /** A person has looked at the plan: the ratio does not apply. */
  readonly allowMassDelete?: boolean;
}

/** Every backup is in `keep` or in `remove`, newest first, so removing in this order never leaves a child without its parent. */
export interface RetentionPlan {
  readonly keep: readonly { readonly id: string; readonly reasons: readonly string[] }[];
  readonly remove: readonly { readonly id: string; readonly reason: string }[];
  /** Why nothing may be removed now. When there is a reason, `remove` is empty. */
  readonly frozen: readonly string[];
}
