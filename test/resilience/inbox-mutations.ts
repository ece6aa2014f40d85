import type { BuildPatch } from './mutations.js';

/** Remembers nothing of what was handled. */
export const NO_INBOX: BuildPatch = {
  'libs/messaging/src/inbox/typeorm-inbox.js': `
TypeOrmInbox.prototype.recordHandled = async () => {};
TypeOrmInbox.prototype.hasCommitted = () => true;`,
};

/** Acknowledges a message, and then handles it. */
export const ACK_BEFORE_HANDLING: BuildPatch = {
  'libs/messaging/src/sources/rabbitmq/rabbitmq-event-source.js': `
const original = RabbitMqEventSource.prototype.subscribe;
RabbitMqEventSource.prototype.subscribe = function (subscription) {
  const handle = async (message) => {
    void subscription.handle(message);
    return { is: 'done' };
  };
  return original.call(this, { ...subscription, handle });
};`,
};

/** Acknowledges what it could not handle. */
export const ACK_ON_FAILURE: BuildPatch = {
  'libs/messaging/src/subscribers/message-handler.js': `
const original = MessageHandler.prototype.handle;
MessageHandler.prototype.handle = async function (message) {
  await original.call(this, message);
  return { is: 'done' };
};`,
};
