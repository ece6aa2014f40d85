import { type DueMessage, DueMessages } from '../index.js';

/** Keeps what is due; nobody ever takes it. */
export class RecordingDueMessages extends DueMessages {
  readonly due: DueMessage[] = [];
  backlog = 0;

  override async put(message: DueMessage): Promise<void> {
    this.due.push(message);
  }

  override async lease(): Promise<readonly DueMessage[]> {
    return [];
  }

  override async done(): Promise<void> {}

  override async backlogSeconds(): Promise<number> {
    return this.backlog;
  }

  override onPut(): void {}
}
