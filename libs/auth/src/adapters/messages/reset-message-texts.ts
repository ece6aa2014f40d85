import { lookupByLocale } from '#notifications';

/** All texts of password messages in one language. They contain no user input. */
export interface ResetMessageTexts {
  /** BCP 47 */
  readonly locale: string;
  resetSubject(code: string): string;
  readonly resetHeading: string;
  readonly resetIntro: string;
  readonly notYou: string;
  resetText(code: string): string;
}

export const ENGLISH: ResetMessageTexts = {
  locale: 'en',
  resetSubject: (code) => `${code} is your code for a new password`,
  resetHeading: 'Choose a new password',
  resetIntro: 'Enter this code within ten minutes to set a new password.',
  notYou:
    'If you did not ask for it, ignore this message: your password stays as it is. Never tell the code to anybody.',
  resetText: (code) =>
    `${code} is your code for a new password. It is valid for ten minutes. Not you? Ignore this message and tell it to nobody.`,
};

const PORTUGUESE: ResetMessageTexts = {
  locale: 'pt-BR',
  resetSubject: (code) => `${code} é o seu código para uma nova senha`,
  resetHeading: 'Escolha uma nova senha',
  resetIntro: 'Digite este código em até dez minutos para definir uma nova senha.',
  notYou: 'Se não foi você que pediu, ignore esta mensagem: sua senha continua a mesma. Nunca diga o código a ninguém.',
  resetText: (code) =>
    `${code} é o seu código para uma nova senha. Vale por dez minutos. Não foi você? Ignore esta mensagem e não a conte a ninguém.`,
};

const FRENCH: ResetMessageTexts = {
  locale: 'fr',
  resetSubject: (code) => `${code} est votre code pour un nouveau mot de passe`,
  resetHeading: 'Choisissez un nouveau mot de passe',
  resetIntro: 'Saisissez ce code dans les dix minutes pour définir un nouveau mot de passe.',
  notYou:
    'Si vous ne l’avez pas demandé, ignorez ce message : votre mot de passe ne change pas. Ne communiquez jamais le code.',
  resetText: (code) =>
    `${code} est votre code pour un nouveau mot de passe. Il est valable dix minutes. Ce n'est pas vous ? Ignorez ce message et ne le communiquez à personne.`,
};

export const resetMessageTextsFor = (locale: string): ResetMessageTexts =>
  lookupByLocale([ENGLISH, PORTUGUESE, FRENCH], locale);
