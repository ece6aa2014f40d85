import { type Channel, Channels } from '../index.js';

/** Channels without a way out; whether they are there is for the test to say. */
export class InMemoryChannels extends Channels {
  readonly available = new Set<Channel>(['email', 'sms']);
  readonly readableByOthers = new Set<Channel>();

  override findSender(): undefined {
    return undefined;
  }

  override isAvailable(channel: Channel): boolean {
    return this.available.has(channel);
  }

  override isReadableByOthers(channel: Channel): boolean {
    return this.readableByOthers.has(channel);
  }

  override close(): void {}
}
