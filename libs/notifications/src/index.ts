export { Dispatcher } from './application/dispatcher.js';
export { MessageSource, type WrittenMessage } from './application/message-source.js';
export { type Channel, Channels, type DueMessage, DueMessages, type OutgoingMessage } from './application/ports.js';
export { inLanguage } from './templates/in-language.js';
export { codeMail, noticeMail } from './templates/layout.js';
