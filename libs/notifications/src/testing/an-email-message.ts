import type { OutgoingMessage } from '../application/ports.js';

export const anEmailMessage = (id: string): OutgoingMessage => ({
  id,
  channel: 'email',
  to: 'mia@example.org',
  subject: '0420 — é o seu código',
  text: `text of ${id}`,
  html: '<p lang="pt">Olá, <b>0420</b></p>',
});
