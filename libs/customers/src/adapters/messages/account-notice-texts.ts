import type { AccountChange } from '#auth';
import { lookupByLocale } from '#notifications';

/** Texts of the messages about sign-in changes, in one language. They contain no user input. */
export interface AccountNoticeTexts {
  /** BCP 47 */
  readonly locale: string;
  readonly heading: Readonly<Record<AccountChange, string>>;
  readonly explained: Readonly<Record<AccountChange, string>>;
  readonly notYou: string;
}

const ENGLISH: AccountNoticeTexts = {
  locale: 'en',
  heading: {
    link_added: 'An external sign-in was added to your account',
    link_removed: 'An external sign-in was removed from your account',
    password_changed: 'Your password was changed',
    sessions_ended: 'You were signed out on every device',
    sessions_ended_by_staff: 'You were signed out on every device',
  },
  explained: {
    link_added: 'Whoever signs in there can use your account from now on.',
    link_removed: 'Whoever signs in there can no longer use your account.',
    password_changed: 'All other devices are signed out.',
    sessions_ended: 'Somebody who is signed in to your account asked for it. You can sign in again.',
    sessions_ended_by_staff: 'Somebody who runs this service did it. You can sign in again.',
  },
  notYou:
    'Was it not you? Ask for a new password at once: that signs everybody out and removes every external sign-in.',
};

const PORTUGUESE: AccountNoticeTexts = {
  locale: 'pt-BR',
  heading: {
    link_added: 'Um acesso externo foi adicionado à sua conta',
    link_removed: 'Um acesso externo foi removido da sua conta',
    password_changed: 'Sua senha foi alterada',
    sessions_ended: 'Você foi desconectado de todos os aparelhos',
    sessions_ended_by_staff: 'Você foi desconectado de todos os aparelhos',
  },
  explained: {
    link_added: 'Quem entra por lá pode usar a sua conta a partir de agora.',
    link_removed: 'Quem entra por lá não pode mais usar a sua conta.',
    password_changed: 'Todos os outros aparelhos foram desconectados.',
    sessions_ended: 'Alguém conectado à sua conta fez o pedido. Você pode entrar de novo.',
    sessions_ended_by_staff: 'Quem mantém este serviço fez isso. Você pode entrar de novo.',
  },
  notYou: 'Não foi você? Peça logo uma nova senha: isso desconecta todos e remove todos os acessos externos.',
};

const FRENCH: AccountNoticeTexts = {
  locale: 'fr',
  heading: {
    link_added: 'Une connexion externe a été ajoutée à votre compte',
    link_removed: 'Une connexion externe a été retirée de votre compte',
    password_changed: 'Votre mot de passe a été modifié',
    sessions_ended: 'Vous avez été déconnecté de tous vos appareils',
    sessions_ended_by_staff: 'Vous avez été déconnecté de tous vos appareils',
  },
  explained: {
    link_added: 'La personne qui s’y connecte peut désormais utiliser votre compte.',
    link_removed: 'La personne qui s’y connecte ne peut plus utiliser votre compte.',
    password_changed: 'Tous les autres appareils sont déconnectés.',
    sessions_ended: 'Quelqu’un qui est connecté à votre compte l’a demandé. Vous pouvez vous reconnecter.',
    sessions_ended_by_staff: 'Ceux qui gèrent ce service l’ont fait. Vous pouvez vous reconnecter.',
  },
  notYou:
    'Ce n’était pas vous ? Demandez aussitôt un nouveau mot de passe : cela déconnecte tout le monde et retire toutes les connexions externes.',
};

export const accountNoticeTextsFor = (locale: string): AccountNoticeTexts =>
  lookupByLocale([ENGLISH, PORTUGUESE, FRENCH], locale);
