export { MessageJob, type PreparedMessage, type SendDurations, ZERO_SEND_DURATION } from './application/message-job.js';
export { MessageLimits, type RequestSource } from './application/message-limits.js';
export { type Channel, Channels, type Job, JobQueue, type OutgoingMessage } from './application/ports.js';
export { JobWorker } from './application/services/job-worker.js';
export { MessageBudget, type MessageRequest, type MessageReservation } from './application/services/message-budget.js';
export { type SmsPriority, SmsQuota, type SmsReservation } from './application/services/sms-quota.js';
export { lookupByLocale } from './templates/lookup-by-locale.js';
export { renderCodeMail, renderNoticeMail } from './templates/mail-layout.js';
