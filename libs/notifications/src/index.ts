export { Dispatcher } from './application/dispatcher.js';
export { MessageLimits, type RequestSource } from './application/limits.js';
export { MessageBudget, type MessagePermission, type MessageRequest } from './application/message-budget.js';
export { AT_ONCE, MessageSource, type SendTimes, type WrittenMessage } from './application/message-source.js';
export { type Channel, Channels, type DueMessage, DueMessages, type OutgoingMessage } from './application/ports.js';
export { type SmsPermission, SmsQuota, type SmsUse } from './application/sms-quota.js';
export { inLanguage } from './templates/in-language.js';
export { codeMail, noticeMail } from './templates/layout.js';
