import { lookupByLocale } from '#notifications';

type Kind = 'email' | 'phone';

/** Texts of the messages about a new e-mail address or phone number. They contain no user input. */
export interface IdentifierChangeTexts {
  /** BCP 47 */
  readonly locale: string;
  codeSubject(code: string): string;
  readonly codeHeading: string;
  readonly codeIntro: string;
  readonly notYours: string;
  codeText(code: string): string;
  requestedHeading(kind: Kind): string;
  readonly changedHeading: Readonly<Record<Kind, string>>;
  readonly requested: string;
  readonly changed: string;
  /** For a change that is not confirmed yet. */
  readonly notYou: string;
  /** For a completed change. A reset goes to the current identifiers, which may not belong to the reader. */
  readonly notYouAfterChange: string;
}

const ENGLISH: IdentifierChangeTexts = {
  locale: 'en',
  codeSubject: (code) => `${code} is your code for your account`,
  codeHeading: 'Confirm that this is yours',
  codeIntro:
    'Enter this code within ten minutes, where you are signed in, to use this address or number for your account.',
  notYours: 'If you did not ask for it, ignore this message: nothing changes. Never tell the code to anybody.',
  codeText: (code) =>
    `${code} confirms this number for your account. It is valid for ten minutes. Not you? Ignore this message and tell it to nobody.`,
  requestedHeading: (kind) =>
    kind === 'email' ? 'A new e-mail address was asked for' : 'A new phone number was asked for',
  changedHeading: { email: 'Your e-mail address was changed', phone: 'Your phone number was changed' },
  requested:
    'Somebody who is signed in to your account and knows its password has asked for it. It changes once the new one is confirmed.',
  changed: 'Your account has it from now on, and every other device is signed out.',
  notYou:
    'Was it not you? Ask for a new password at once: that stops a change that is not confirmed, and signs everybody out.',
  notYouAfterChange:
    'Was it not you? If your account still has this address or number, or another of yours, ask for a new password with it at once: that signs everybody out. If it has none, tell those who run this service.',
};

const PORTUGUESE: IdentifierChangeTexts = {
  locale: 'pt-BR',
  codeSubject: (code) => `${code} é o código para a sua conta`,
  codeHeading: 'Confirme que isto é seu',
  codeIntro:
    'Digite este código em até dez minutos, onde você está conectado, para usar este endereço ou número na sua conta.',
  notYours: 'Se não foi você que pediu, ignore esta mensagem: nada muda. Nunca diga o código a ninguém.',
  codeText: (code) =>
    `${code} confirma este número para a sua conta. Vale por dez minutos. Não foi você? Ignore esta mensagem e não a conte a ninguém.`,
  requestedHeading: (kind) =>
    kind === 'email' ? 'Um novo endereço de e-mail foi pedido' : 'Um novo número de telefone foi pedido',
  changedHeading: { email: 'Seu endereço de e-mail foi alterado', phone: 'Seu número de telefone foi alterado' },
  requested: 'Alguém conectado à sua conta, e que sabe a senha, fez o pedido. A mudança só vale depois de confirmada.',
  changed: 'A partir de agora ele vale para a sua conta, e os outros aparelhos foram desconectados.',
  notYou: 'Não foi você? Peça logo uma nova senha: isso impede a mudança não confirmada e desconecta todos.',
  notYouAfterChange:
    'Não foi você? Se a sua conta ainda tem este endereço ou número, ou outro que é seu, peça logo uma nova senha com ele: isso desconecta todos. Se não tem nenhum, avise quem mantém este serviço.',
};

const FRENCH: IdentifierChangeTexts = {
  locale: 'fr',
  codeSubject: (code) => `${code} est le code pour votre compte`,
  codeHeading: 'Confirmez que ceci est à vous',
  codeIntro:
    'Saisissez ce code dans les dix minutes, là où vous êtes connecté, pour utiliser cette adresse ou ce numéro.',
  notYours: 'Si vous ne l’avez pas demandé, ignorez ce message : rien ne change. Ne communiquez jamais le code.',
  codeText: (code) =>
    `${code} confirme ce numéro pour votre compte. Il est valable dix minutes. Ce n'est pas vous ? Ignorez ce message et ne le communiquez à personne.`,
  requestedHeading: (kind) =>
    kind === 'email' ? 'Une nouvelle adresse e-mail a été demandée' : 'Un nouveau numéro a été demandé',
  changedHeading: { email: 'Votre adresse e-mail a changé', phone: 'Votre numéro de téléphone a changé' },
  requested:
    'Quelqu’un qui est connecté à votre compte et en connaît le mot de passe l’a demandé. Le changement attend sa confirmation.',
  changed: 'Votre compte l’utilise désormais, et tous les autres appareils sont déconnectés.',
  notYou:
    'Ce n’était pas vous ? Demandez aussitôt un nouveau mot de passe : cela arrête un changement non confirmé et déconnecte tout le monde.',
  notYouAfterChange:
    'Ce n’était pas vous ? Si votre compte a encore cette adresse ou ce numéro, ou un autre qui est à vous, demandez aussitôt un nouveau mot de passe avec : cela déconnecte tout le monde. Sinon, prévenez ceux qui gèrent ce service.',
};

export const identifierChangeTextsFor = (locale: string): IdentifierChangeTexts =>
  lookupByLocale([ENGLISH, PORTUGUESE, FRENCH], locale);
