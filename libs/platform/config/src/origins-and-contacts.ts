import type { SettingsReader } from './settings-reader.js';

/** Parses origins such as `https://app.example`, spelled exactly as a browser sends them in `Origin`. */
export function readOrigins(read: SettingsReader, name: string): readonly string[] {
  const origins = read.list(name);
  if (!origins.every(isOrigin)) {
    read.addProblem(name, 'must list origins such as https://app.example: lower case, no path, no default port, no *');
  }
  return origins.filter(isOrigin);
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[a-z0-9.:[\]-]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** RFC 9116, 2.5.3: each contact is a URI. */
export function readContacts(read: SettingsReader, name: string): readonly string[] {
  const contacts = read.list(name);
  if (!contacts.every(isContact))
    read.addProblem(name, 'must list addresses that start with mailto:, https:// or tel:');
  return contacts.filter(isContact);
}

const isContact = (text: string): boolean =>
  /^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:\+?[\d.()-]+)$/.test(text) && URL.canParse(text);
