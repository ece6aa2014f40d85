import type { RegistrationTexts } from './registration-texts.js';

const duration = (seconds: number): string => (seconds === 60 ? 'um minuto' : `${seconds} segundos`);

export const PORTUGUESE: RegistrationTexts = {
  locale: 'pt-BR',
  codeSubject: (code) => `${code} é o seu código`,
  codeHeading: 'Seu código',
  codeIntro: (seconds) => `Digite este código em até ${duration(seconds)} para concluir o seu cadastro.`,
  reference: 'Referência',
  referenceNote: 'A página em que você digita o código mostra a mesma referência.',
  notYou: 'Se não foi você que pediu, ignore esta mensagem: sem o código nada acontece. Nunca o informe a ninguém.',
  codeText: (code, reference, seconds) =>
    `${code} é o seu código (${reference}), válido por ${duration(seconds)}. Não foi você? Ignore esta mensagem e não o informe a ninguém.`,
  registeredSubject: 'Você já tem uma conta',
  registered: [
    'Alguém tentou se cadastrar com este endereço. Você já tem uma conta, então nada mudou.',
    'Se foi você, entre com a sua senha.',
    'Se não foi você, não é preciso fazer nada: ninguém fica sabendo com isso que você está cadastrado.',
  ],
  registeredText:
    'Alguém tentou se cadastrar com este número. Você já tem uma conta, então nada mudou. Entre com a sua senha ou ignore esta mensagem.',
};
