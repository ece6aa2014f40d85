import { EventSubscriber, type IncomingEvent, InvalidInput } from '#kernel';

/** Subscribes to `test.happened.v1`, whose data is a number `n`. */
export class TestSubscriber extends EventSubscriber<{ readonly n: number }> {
  readonly name = 'test.happened';
  readonly types: readonly string[] = ['test.happened.v1', 'test.happened_again.v1'];
  override readonly ordered: boolean = false;
  readonly handledEvents: IncomingEvent<{ readonly n: number }>[] = [];
  onHandle: (event: IncomingEvent<{ readonly n: number }>) => unknown = () => undefined;

  override read(data: Readonly<Record<string, unknown>>): { readonly n: number } {
    if (typeof data['n'] !== 'number') throw InvalidInput.at('/n', 'n.not_a_number', 'must be a number');
    return { n: data['n'] };
  }

  override async handle(event: IncomingEvent<{ readonly n: number }>): Promise<void> {
    this.handledEvents.push(event);
    await this.onHandle(event);
  }
}
