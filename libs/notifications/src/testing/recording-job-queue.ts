import { type Job, JobQueue } from '../index.js';

/** Keeps what is due; nobody ever takes it. */
export class RecordingJobQueue extends JobQueue {
  readonly enqueued: Job[] = [];
  backlogSeconds = 0;

  override async enqueue(message: Job): Promise<void> {
    this.enqueued.push(message);
  }

  override async lease(): Promise<readonly Job[]> {
    return [];
  }

  override async complete(): Promise<void> {}

  override async estimateBacklogSeconds(): Promise<number> {
    return this.backlogSeconds;
  }

  override onEnqueue(): void {}
}
