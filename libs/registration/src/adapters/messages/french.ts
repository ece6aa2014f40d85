import type { RegistrationTexts } from './registration-texts.js';

const duration = (seconds: number): string => (seconds === 60 ? 'une minute' : `${seconds} secondes`);

export const FRENCH: RegistrationTexts = {
  locale: 'fr',
  codeSubject: (code) => `${code} est votre code`,
  codeHeading: 'Votre code',
  codeIntro: (seconds) =>
    `Saisissez ce code dans un délai ${seconds === 60 ? "d'une minute" : `de ${duration(seconds)}`} pour terminer votre inscription.`,
  reference: 'Référence',
  referenceNote: 'La page où vous saisissez le code affiche la même référence.',
  notYou:
    "Si vous n'êtes pas à l'origine de cette demande, ignorez ce message : sans le code, rien ne se passe. Ne le communiquez à personne.",
  codeText: (code, reference, seconds) =>
    `${code} est votre code (${reference}), valable ${duration(seconds)}. Ce n'est pas vous ? Ignorez ce message et ne le communiquez à personne.`,
  registeredSubject: 'Vous avez déjà un compte',
  registered: [
    "Quelqu'un a essayé de s'inscrire avec cette adresse. Vous avez déjà un compte : rien n'a changé.",
    "Si c'était vous, connectez-vous avec votre mot de passe.",
    "Sinon, vous n'avez rien à faire : personne n'apprend ainsi que vous êtes inscrit.",
  ],
  registeredText:
    "Quelqu'un a essayé de s'inscrire avec ce numéro. Vous avez déjà un compte : rien n'a changé. Connectez-vous, ou ignorez ce message.",
};
