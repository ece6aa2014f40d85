import { type DueMessage, DueMessages } from '#notifications';

/** Keeps what is due; nobody ever takes it. */
export class RecordingDueMessages extends DueMessages {
  backlog = 0;
  readonly due: DueMessage[] = [];

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
