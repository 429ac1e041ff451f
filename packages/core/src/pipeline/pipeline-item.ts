import type { Job } from "../contracts/job.ts";
import type { Repository } from "../repository/repository.ts";

export interface PipelineItem {
  readonly job: Job;
  readonly repository: Repository;
}
