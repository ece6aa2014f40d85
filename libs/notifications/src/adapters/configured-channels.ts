import { type Channel, Channels, type MessageSender } from '../application/ports.js';

export class ConfiguredChannels extends Channels {
  constructor(private readonly senders: Readonly<Partial<Record<Channel, MessageSender>>>) {
    super();
  }

  findSender(channel: Channel): MessageSender | undefined {
    return this.senders[channel];
  }

  close(): void {
    for (const sender of Object.values(this.senders)) sender.close();
  }
}
